# Sends what w1.jq wrote to files in FOLDER.
{
  tab = index($0, "\t")
  where = substr($0, 1, tab - 1)
  line = substr($0, tab + 1)
  if (where == "suppressed") { print line > (FOLDER "/suppressed.ndjson"); next }
  print line > (FOLDER "/all.ndjson")
  if (where == "high") print line > (FOLDER "/high.ndjson")
}
