import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { parse } from "yaml";

interface Service {
  image?: string;
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: object;
  read_only?: boolean;
  volumes?: string[];
  tmpfs?: string[];
  depends_on?: Record<string, { condition: string }>;
}

const compose = parse(await readFile("docker-compose.yml", "utf8"), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const envSchema = JSON.parse(await readFile("schemas/env.schema.json", "utf8"));
const dockerfile = await readFile("Dockerfile", "utf8");
const roles = ["receiver", "worker", "ops"] as const;

describe("docker-compose.yml", () => {
  it("runs RabbitMQ 4, MongoDB 8 and each role of Waypost as a container of its own", () => {
    const { services } = compose;
    assert.equal(services["rabbitmq"]?.image, "rabbitmq:4");
    assert.equal(services["mongodb"]?.image, "mongo:8");
    assert.deepEqual(
      roles.map((role) => services[role]?.command),
      [["receive"], ["work"], ["ops"]],
    );
  });

  it("sets only keys that the environment's schema knows", () => {
    const known = Object.keys(envSchema.properties);
    for (const role of roles) {
      for (const key of Object.keys(compose.services[role]?.environment ?? {})) {
        assert.ok(known.includes(key), `${role}: ${key}`);
      }
    }
    const inImage = [...dockerfile.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = ""]) =>
      [...line.matchAll(/(?:^| )([A-Z_]+)=/g)].map(([, key]) => key),
    );
    for (const key of inImage)
      assert.ok(key === "NODE_OPTIONS" || known.includes(String(key)), key);
  });

  it("asks by name for the secrets that production requires", () => {
    for (const role of roles) {
      const environment = compose.services[role]?.environment ?? {};
      assert.equal(environment["NODE_ENV"], "production");
      for (const key of ["WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN", "OPS_TOKENS"]) {
        assert.match(String(environment[key]), new RegExp(`^\\$\\{${key}:\\?`));
      }
    }
  });

  it("checks the servers' health, waits for it, and keeps what must be kept", () => {
    for (const name of ["rabbitmq", "mongodb"]) {
      assert.ok(compose.services[name]?.healthcheck, name);
      assert.equal(compose.services[name]?.volumes?.length, 1);
      for (const role of roles) {
        assert.equal(compose.services[role]?.depends_on?.[name]?.condition, "service_healthy");
      }
    }
    assert.match(dockerfile, /^HEALTHCHECK /m);
    assert.deepEqual(compose.services["receiver"]?.volumes, ["spool:/data"]);
  });

  it("runs Waypost on Node 24, not as root, with nothing writable but its data", () => {
    assert.match(dockerfile, /^FROM node:24-slim$/m);
    assert.match(dockerfile, /^USER node$/m);
    for (const role of roles) assert.equal(compose.services[role]?.read_only, true);
  });
});
