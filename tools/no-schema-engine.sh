#!/bin/sh
# Stands where Prisma's command line expects its native schema engine, so that it does not try to download one.
# Generating clients never runs it. Whatever does run it has to be told that nothing was done.
echo "Prisma's native schema engine is not installed. Migrations: node tools/prisma.mjs diff|check" >&2
exit 1
