#!/bin/sh
# npm run test:brokers [-- VERSION ...]: everything that needs a broker, on each version of Apache Kafka that Millrace
# supports. It takes half an hour; CI runs it on the newest only, and less of it.
set -eu
npm run build:programs
export BROKERS_LONG=1
for version in ${*:-4.3.1 3.9.2 2.8.2}; do
  echo "Apache Kafka $version"
  KAFKA_VERSION=$version npx vitest run --project integration
  KAFKA_VERSION=$version node --enable-source-maps build/test/crash/run.js --scenario all --rounds 16
done
