// Generated from the files of src/ops/ by `npm run generate`. Do not edit.
import type { Router } from "express";
import { createAuditRoutes } from "./access/audit-routes.ts";
import { createSessionRoutes } from "./access/session-routes.ts";
import { createTokenRoutes } from "./access/token-routes.ts";
import type { RouterParts } from "./api.ts";
import { createDeliveryRoutes } from "./deliveries/delivery-routes.ts";
import { createDestinationRoutes } from "./deliveries/destination-routes.ts";
import { createReplayRoutes } from "./deliveries/replay-routes.ts";
import { createRoutesTestRoutes } from "./deliveries/routes-test-routes.ts";
import { createIntakeRoutes } from "./intake-routes.ts";
import { createContactRoutes } from "./log/contact-routes.ts";
import { createConversationRoutes } from "./log/conversation-routes.ts";
import { createExportRoutes } from "./log/export-routes.ts";
import { createLogRoutes } from "./log/log-routes.ts";
import { createMediaRoutes } from "./log/media-routes.ts";
import { createQuarantineRoutes } from "./log/quarantine-routes.ts";
import { createRenormalizationRoutes } from "./log/renormalization-routes.ts";
import { createViewRoutes } from "./log/view-routes.ts";
import { createSearchRoutes } from "./search/search-routes.ts";
import { createSetUpRoutes } from "./set-up-routes.ts";
import { createReportRoutes } from "./status/report-routes.ts";
import { createSeriesRoutes } from "./status/series-routes.ts";

export const routers: readonly ((parts: RouterParts) => Router)[] = [
  createIntakeRoutes,
  createAuditRoutes,
  createSessionRoutes,
  createTokenRoutes,
  createDeliveryRoutes,
  createDestinationRoutes,
  createReplayRoutes,
  createRoutesTestRoutes,
  createContactRoutes,
  createConversationRoutes,
  createExportRoutes,
  createLogRoutes,
  createMediaRoutes,
  createQuarantineRoutes,
  createRenormalizationRoutes,
  createViewRoutes,
  createSearchRoutes,
  createReportRoutes,
  createSeriesRoutes,
  createSetUpRoutes,
];
