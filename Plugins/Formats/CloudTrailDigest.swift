internal import AlertModel

extension CloudTrailFields {
  /// What Elastic's integration makes of a digest file
  /// (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html).
  static let digest: Pairs =
    [
      ("file.path", "digestS3Object"),
      ("file.hash.sha256", previousSignature),
      ("related.hash", .list(previousSignature)),
    ]
    + [
      ("log_files", "logFiles"), ("start_time", .time("digestStartTime")), ("end_time", .time("digestEndTime")),
      ("s3_bucket", "digestS3Bucket"), ("newest_event_time", .time("newestEventTime")),
      ("oldest_event_time", .time("oldestEventTime")), ("previous_s3_bucket", "previousDigestS3Bucket"),
      ("previous_hash_algorithm", "previousDigestHashAlgorithm"), ("signature_algorithm", "digestSignatureAlgorithm"),
    ].map { (name: "aws.cloudtrail.flattened.digest." + $0.0, source: $0.1) }

  private static let previousSignature = FieldSource.only(
    "the hash algorithm is SHA-256", of: ["previousDigestHashAlgorithm"], { $0[0]?.equals("SHA-256") ?? false },
    "previousDigestSignature")
}
