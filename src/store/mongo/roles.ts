import { type Connection, type mongo, Schema } from "mongoose";
import type { Roles, RunningProcess } from "../../contracts.ts";
import type { MongoConnection } from "./connection.ts";

export interface RoleDocument extends Omit<RunningProcess, "id"> {
  readonly _id: string;
  readonly expireAt: Date;
}

const forgottenAfterMs = 60_000;

const roles = new Schema<RoleDocument>(
  {
    _id: String,
    role: String,
    host: String,
    pid: Number,
    version: String,
    configHash: String,
    startedAt: String,
    seenAt: String,
    expireAt: Date,
  } as never,
  { minimize: false, strictQuery: "throw", versionKey: false, id: false },
).index({ expireAt: 1 }, { expireAfterSeconds: 0 });

export function createRolesModel(connection: Connection) {
  return { roles: connection.model("roles", roles, "roles") };
}

/** One document a process. */
export function createMongoRoles(connection: MongoConnection): Roles {
  const use = <T>(work: (roles: mongo.Collection<RoleDocument>) => Promise<T>) =>
    connection.use((models) =>
      work(models.roles.collection as unknown as mongo.Collection<RoleDocument>),
    );
  return {
    sayAlive: ({ id, ...process }) =>
      use(async (collection) => {
        const expireAt = new Date(Date.now() + forgottenAfterMs);
        const update = { $set: { ...process, expireAt } };
        await collection.updateOne({ _id: id }, update, { upsert: true });
      }),
    sayGone: (id) => use(async (collection) => void (await collection.deleteOne({ _id: id }))),
    alive: () =>
      use(async (collection) => {
        const seenAt = { $gt: new Date(Date.now() - forgottenAfterMs).toISOString() };
        const found = await collection.find({ seenAt }).sort({ _id: 1 }).toArray();
        return found.map(({ _id, expireAt: _, ...process }) => ({ id: _id, ...process }));
      }),
  };
}
