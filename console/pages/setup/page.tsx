import { may } from "../../api/viewer.ts";
import type { Page } from "../../app/page.ts";
import { Empty } from "../../ui/states.tsx";
import { Connection } from "./connection.tsx";
import { Doctor } from "./doctor.tsx";
import { Processes } from "./processes.tsx";
import { Secrets } from "./secrets.tsx";
import "./setup.css";
import { TestMessage } from "./test-message.tsx";

export const setupPage: Page = {
  name: "setup",
  title: "Set-up",
  icon: "setup",
  key: "x",
  Page: Setup,
};

/** Whether messages can come, and whether all that they need is there. What is asked of others comes last: what is below waits for it. */
function Setup() {
  return (
    <div class="page">
      <div class="page-head">
        <h1>Set-up</h1>
      </div>
      {may("operate") && <TestMessage />}
      <Processes />
      {may("admin") ? (
        <>
          <Secrets />
          <Doctor />
          <Connection />
        </>
      ) : (
        <Empty icon="setup" title="Meta's side and the doctor need the scope admin">
          <p>Your token may see which processes run.</p>
        </Empty>
      )}
    </div>
  );
}
