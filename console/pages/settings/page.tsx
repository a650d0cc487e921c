import { may } from "../../api/viewer.ts";
import type { Page } from "../../app/page.ts";
import { Empty } from "../../ui/states.tsx";
import { openTab, Tabs } from "../../ui/tabs.tsx";
import { AuditTrail } from "./audit.tsx";
import { Configuration } from "./configuration.tsx";
import "./settings.css";
import { Tokens } from "./tokens.tsx";

export const settingsPage: Page = {
  name: "settings",
  title: "Settings",
  icon: "settings",
  key: "s",
  Page: Settings,
};

const tabs = [
  ["tokens", "Tokens"],
  ["audit", "Audit"],
  ["configuration", "Configuration"],
] as const;

const bodies = {
  tokens: <Tokens />,
  audit: <AuditTrail />,
  configuration: <Configuration />,
};

function Settings() {
  return (
    <div class="page">
      <div class="page-head">
        <h1>Settings</h1>
      </div>
      {may("admin") ? (
        <>
          <Tabs label="Settings" tabs={tabs} />
          {bodies[openTab(tabs)]}
        </>
      ) : (
        <Empty icon="settings" title="Your token may not see this">
          <p>It needs the scope admin. Whoever runs Waypost makes another one for you.</p>
        </Empty>
      )}
    </div>
  );
}
