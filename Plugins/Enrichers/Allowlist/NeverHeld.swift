/// What no allowlist entry may hold back unless the configuration says otherwise: what an intruder with an administrator's
/// key does first.
enum NeverHeld {
  static let shipped = [
    // A sign-in by the root user.
    "aws.cloudtrail.user_identity.type: Root and event.action: ConsoleLogin",
    // CloudTrail switched off.
    "event.provider: cloudtrail.amazonaws.com and event.action: (StopLogging or DeleteTrail)",
    // GuardDuty switched off.
    "event.provider: guardduty.amazonaws.com and event.action: DeleteDetector",
    // A second factor taken away.
    "event.provider: iam.amazonaws.com and event.action: (DeactivateMFADevice or DeleteVirtualMFADevice)",
    // The same as GuardDuty reports it
    // (https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html).
    """
    rule.id: ("Policy:IAMUser/RootCredentialUsage" or "Stealth:IAMUser/CloudTrailLoggingDisabled")
    """,
  ]
}
