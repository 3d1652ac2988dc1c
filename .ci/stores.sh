#!/bin/bash
# The conformance suite of stores against real S3 servers, each started for it: .ci/stores.sh [SERVER...]
# It uses the build of the address sanitizer, which the unit tests have, too.
set -euo pipefail
cd "$(dirname "$0")/.."

servers=(moto openstack-swift)
command -v radosgw >/dev/null && servers+=(ceph-rgw)
[ $# -eq 0 ] || servers=("$@")
bucket=trunkline-conformance
work=$(mktemp -d)
port=$((20000 + RANDOM % 10000))
trap 'for server in "${servers[@]}"; do "contrib/services/$server" remove "$work/$server"; done; rm -rf "$work"' EXIT

.ci/sanitize.sh address build
for server in "${servers[@]}"; do
    echo "== $server"
    contrib/services/"$server" start "$work/$server" $port
    while IFS='=' read -r name value; do declare "$name=$value"; done <"$work/$server/service.env"
    export TRUNKLINE_TEST_S3_ENDPOINT=$endpoint TRUNKLINE_TEST_S3_REGION=$region TRUNKLINE_TEST_S3_BUCKET=$bucket
    export TRUNKLINE_TEST_S3_ACCESS_KEY=$access_key_id TRUNKLINE_TEST_S3_SECRET_KEY=$secret_access_key
    .build/venv/bin/python - <<'PYTHON'
import os

import boto3

names = ["ENDPOINT", "REGION", "ACCESS_KEY", "SECRET_KEY", "BUCKET"]
told = {name: os.environ[f"TRUNKLINE_TEST_S3_{name}"] for name in names}
client = boto3.client("s3", endpoint_url=told["ENDPOINT"], region_name=told["REGION"],
                      aws_access_key_id=told["ACCESS_KEY"], aws_secret_access_key=told["SECRET_KEY"])
client.create_bucket(Bucket=told["BUCKET"])
PYTHON
    # OpenStack Swift lets several racing writers win; moto fails when they race.
    export TRUNKLINE_TEST_S3_CONDITIONAL=create TRUNKLINE_TEST_S3_RACES=yes
    [ "$server" != openstack-swift ] || TRUNKLINE_TEST_S3_CONDITIONAL=none
    [ "$server" != moto ] || TRUNKLINE_TEST_S3_RACES=no
    .ci/sanitize.sh address --skip-build --filter RealServerTests
    contrib/services/"$server" remove "$work/$server"
    port=$((port + 25))
done
