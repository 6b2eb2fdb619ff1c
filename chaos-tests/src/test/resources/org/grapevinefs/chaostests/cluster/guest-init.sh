#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# First process of the client's kernel: takes one command file after the other from the folder that it shares with
# the test, until one is named "halt". Arguments come from the kernel's command line.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
for kind in proc:/proc sysfs:/sys tmpfs:/run tmpfs:/mnt; do mount -t "${kind%%:*}" none "${kind#*:}"; done
for word in $(cat /proc/cmdline); do
  case $word in gv_folder=*) folder=${word#*=} ;; gv_address=*) address=${word#*=} ;; esac
done
modules=/usr/lib/uml/modules/$(uname -r)
for name in sunrpc auth_rpcgss grace lockd dns_resolver netfs fscache nfs_acl nfs nfsv3 nfsv4; do
  file=$(find "$modules" -name "$name.ko" -print -quit)
  [ -z "$file" ] || busybox insmod "$file"
done
ip link set lo up
ip address add "$address" dev vec0
ip link set vec0 up
touch "$folder/up"
for ((n = 1; ; n++)); do
  until [ -e "$folder/$n.run" ] || [ -e "$folder/halt" ]; do sleep 0.05; done
  [ ! -e "$folder/halt" ] || break
  limit=$(cat "$folder/$n.limit")
  timeout -k 5 "$limit" bash "$folder/$n.run" >"$folder/$n.out" 2>&1 </dev/null
  echo $? >"$folder/$n.status.part"
  mv "$folder/$n.status.part" "$folder/$n.status"
done
umount -a -f -l -t nfs,nfs4
busybox poweroff -f
