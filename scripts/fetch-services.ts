/**
 * Fetches into `.services` what tests fetch when they first want it, so that `.ci/run` can do it beside something else:
 * mongo-java-server, moto and schemathesis. What cannot be fetched is told, and tried again by the tests.
 */
import { installSchemathesis } from "../test/ops/schemathesis/run.ts";
import { fetchMongo } from "../test/services/mongo.ts";
import { installS3 } from "../test/services/s3.ts";

for (const fetchOne of [fetchMongo, installS3, installSchemathesis]) {
  try {
    await fetchOne();
  } catch (error) {
    process.stdout.write(`${error}\n`);
  }
}
