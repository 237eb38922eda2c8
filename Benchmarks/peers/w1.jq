# W1's decisions. jq has one output, so each line says where it goes, and w1.awk sends it there.
$names[0][.cloud.account.id] as $name
| .cloud.account.name = $name
| (if $actors[0][.aws.cloudtrail.user_identity.arn] then "suppressed"
   elif .["kibana.alert.severity"] | . == "high" or . == "critical" then "high"
   else "all" end) + "\t" + tojson
