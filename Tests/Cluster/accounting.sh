# Read by up.sh: slurmdbd and its MariaDB, in the cluster's folder.
port=$((base + 2))
mkdir -p "$folder/database"
chown mysql "$folder/database"
# This user's folder for temporary files need not be the database's.
TMPDIR="$folder/database" mariadb-install-db --no-defaults --user=mysql --datadir="$folder/database/data" \
  --auth-root-authentication-method=socket --skip-test-db >"$folder/log/mariadb-install.log" 2>&1 || {
  head -n 5 "$folder/log/mariadb-install.log" >&2
  "$here/down.sh" "$folder"
  exit 3
}
cat >"$folder/etc/init.sql" <<SQL
CREATE DATABASE IF NOT EXISTS accounting;
CREATE USER IF NOT EXISTS 'slurm'@'127.0.0.1' IDENTIFIED BY 'toy';
GRANT ALL ON accounting.* TO 'slurm'@'127.0.0.1';
SQL
TMPDIR="$folder/database" mariadbd --no-defaults --user=mysql --datadir="$folder/database/data" \
  --socket="$folder/database/socket" --pid-file="$folder/database/pid" --bind-address=127.0.0.1 \
  --port="$port" --skip-name-resolve --init-file="$folder/etc/init.sql" \
  --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 \
  --skip-log-bin >>"$folder/log/mariadbd.log" 2>&1 </dev/null &
echo $! >"$folder/run/mariadbd.pid"
disown
within 60 mariadb --no-defaults -uslurm -ptoy -h127.0.0.1 -P"$port" accounting -e 'select 1'
cat >"$folder/etc/slurmdbd.conf" <<CONF
DbdHost=$(hostname -s)
DbdAddr=127.0.0.1
DbdPort=$((base + 1))
SlurmUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
$tokens
LogFile=$folder/log/slurmdbd.log
PidFile=$folder/run/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$port
StorageUser=slurm
StoragePass=toy
StorageLoc=accounting
CONF
chmod 600 "$folder/etc/slurmdbd.conf"
slurmdbd 2>>"$folder/log/start.log"
within 60 sacctmgr -n show cluster
{
  sacctmgr -i add cluster toy
  sacctmgr -i add account lab cluster=toy description=lab organization=lab
  sacctmgr -i add qos brisk
  sacctmgr -i add user "$user" account=lab cluster=toy
  sacctmgr -i modify user where name="$user" account=lab set qos=normal,brisk defaultqos=normal
} >>"$folder/log/sacctmgr.log"
