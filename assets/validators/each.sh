#!/bin/sh
# Judges records with one line of shell, for redrive.
#
#     sh each.sh 'grep -q "\"country\":\"DE\"" || { echo "Only German customers."; exit 1; }'
#
# runs the line once for each record: the record comes as JSON on standard input; exit status 0 accepts it, any other
# rejects it, and what the line wrote is the message. In the contract:
#
#     [validator]
#     command = ["sh", "each.sh", "..."]
#
# A record takes as long as starting a shell and what it runs, so this is for small inputs.

if [ $# -ne 1 ]; then
  echo "each.sh: give it one argument, the line of shell" >&2
  exit 2
fi

# A line that is no shell would reject every record.
if ! said=$(sh -n -c "$1" 2>&1); then
  printf 'each.sh: %s\n' "$said" >&2
  exit 2
fi

while IFS= read -r record; do
  said=$(printf '%s\n' "$record" | sh -c "$1" 2>&1)
  status=$?
  if [ "$status" -eq 0 ]; then
    printf '{"errors":[]}\n'
    continue
  fi
  if [ "$status" -eq 126 ] || [ "$status" -eq 127 ]; then
    # The line itself is wrong; that is not the record's fault.
    printf 'each.sh: %s\n' "$said" >&2
    exit 2
  fi
  # As a JSON string: line ends and tabs become blanks, other control characters go.
  said=$(printf '%s' "${said:-the record was rejected with exit status $status}" |
    tr '\n\t' '  ' | tr -d '\000-\037\177' | sed 's/\\/\\\\/g; s/"/\\"/g')
  printf '{"errors":["%s"]}\n' "$said"
done
