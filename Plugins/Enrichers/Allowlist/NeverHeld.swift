/// What no allowlist entry may hold back unless the configuration says otherwise: what an intruder with an administrator's
/// key does first.
enum NeverHeld {
  /// Without `event.provider`, which detectors that see CloudTrail's records call differently: no other service's actions
  /// have these names but `DeleteDetector`, which Fraud Detector has too.
  static let shipped = [
    // A sign-in by the root user.
    """
    event.action: ConsoleLogin and (aws.cloudtrail.user_identity.type: Root or \
    aws.cloudtrail.user_identity.arn: arn*\\:root or user.name: root)
    """,
    // CloudTrail switched off.
    "event.action: (StopLogging or DeleteTrail)",
    // GuardDuty switched off.
    "event.action: DeleteDetector",
    // A second factor taken away.
    "event.action: (DeactivateMFADevice or DeleteVirtualMFADevice)",
    // The same as GuardDuty reports it
    // (https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html).
    """
    rule.id: ("Policy:IAMUser/RootCredentialUsage" or "Stealth:IAMUser/CloudTrailLoggingDisabled")
    """,
  ]
}
