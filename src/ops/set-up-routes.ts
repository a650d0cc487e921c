import { Router } from "express";
import type { SetUp, TestRequest } from "../contracts.ts";
import { sharedFor } from "../support/shared-for.ts";
import { requireValidated } from "./http/query.ts";

const doctorMs = 10_000;
/** Graph counts who asks. */
const connectionMs = 30_000;

/** `GET /api/connect`, `GET /api/doctor`, `GET /api/configuration`, `POST /api/test-message`. */
export function createSetUpRoutes({ setUp }: { readonly setUp: SetUp }): Router {
  const connection = sharedFor(connectionMs, () => setUp.connection());
  const doctor = sharedFor(doctorMs, () => setUp.doctor());
  const router = Router();
  router.use(requireValidated);
  router.get("/connect", async (_request, response) => {
    response.json(await connection());
  });
  router.get("/doctor", async (_request, response) => {
    response.json(await doctor());
  });
  router.get("/configuration", async (_request, response) => {
    response.json(await setUp.configuration());
  });
  router.post("/test-message", async ({ body }, response) => {
    const { asTest = true, ...rest } = body as Partial<TestRequest>;
    response.json(await setUp.sendTest({ ...rest, asTest }));
  });
  return router;
}
