/// How Elastic's AWS integration files CloudTrail's actions under ECS: `event.category` and `event.type`.
///
/// Source: elastic/integrations, `packages/aws/data_stream/cloudtrail`, ingest pipeline `default.yml`.
enum CloudTrailActions {
  struct Filing: Sendable {
    let category: String
    let types: [String]
  }

  /// By `eventName`. Actions that are not here have no category, and the type `info`.
  static let filings: [String: Filing] = {
    var filings: [String: Filing] = [:]
    func file(_ category: String, _ types: [String], _ actions: String) {
      for action in actions.split(separator: " ") { filings[String(action)] = Filing(category: category, types: types) }
    }
    file("authentication", ["info"], "AssumeRole ConsoleLogin")
    file("file", ["creation"], "CreateBucket")
    file("file", ["deletion"], "DeleteBucket")
    file("iam", ["admin", "creation"], "CreateKeyPair")
    file(
      "iam", ["admin", "change"],
      "SetDefaultPolicyVersion SetSecurityTokenServicePreferences UpdateAccountPasswordPolicy UpdateRole")
    file("iam", ["group", "creation"], "CreateGroup")
    file("iam", ["group", "deletion"], "DeleteGroup")
    file(
      "iam", ["group", "change"],
      "AddUserToGroup AttachGroupPolicy DeleteGroupPolicy DetachGroupPolicy PutGroupPolicy RemoveUserFromGroup UpdateGroup"
    )
    file(
      "iam", ["group", "info"], "GetGroup GetGroupPolicy ListAttachedGroupPolicies ListGroupPolicies ListGroups")
    file("iam", ["user", "creation"], "CreateUser")
    file("iam", ["user", "deletion"], "DeleteUser")
    file(
      "iam", ["user", "change"],
      "AttachUserPolicy ChangePassword CreateAccessKey CreateVirtualMFADevice DeactivateMFADevice DeleteAccessKey "
        + "DeleteSSHPublicKey DeleteUserPermissionsBoundary DeleteUserPolicy DeleteVirtualMFADevice DetachUserPolicy "
        + "EnableMFADevice PutUserPermissionsBoundary PutUserPolicy TagUser UntagUser UpdateAccessKey UpdateLoginProfile "
        + "UpdateSSHPublicKey UpdateUser")
    file(
      "iam", ["user", "info"],
      "GetUser GetUserPolicy ListAttachedUserPolicies ListGroupsForUser ListUserPolicies ListUsers ListUserTags")
    return filings
  }()
}
