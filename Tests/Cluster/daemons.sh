# Read by the scripts beside it that start daemons.
PATH=$PATH:/usr/sbin:/sbin
# The daemons must not keep open what the script's caller waits for.
for descriptor in /proc/self/fd/*; do
  number=${descriptor##*/}
  if [ "$number" -gt 2 ] && [ "$number" -ne 255 ]; then eval "exec $number>&-"; fi
done
