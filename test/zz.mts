import { startRabbit } from "./services/rabbitmq.ts";
import { byHand, collect, openBus, publish, publishUntilConfirmed, queueSpec } from "./bus/rabbitmq-harness.ts";
import { textEvent } from "./support/sample-events.ts";
import { waitFor } from "./support/wait-for.ts";
import { readdirSync, readFileSync } from "node:fs";
const rabbit = await startRabbit();
try {
    const queue = queueSpec("t.single", ["#"], true);
    const { bus, ready, log } = await openBus(rabbit.url, queue);
    await ready();
    const seen = await collect(bus, queue);
    for (let k = 0; k < 4; k++) {
    let fails = 0, stop = Date.now() + 2000, n = 0;
    const t = performance.now();
    while (Date.now() < stop) { try { await publish(bus, [textEvent(n++)], 1000); } catch (e) { fails++; console.log(String(e), bus.health()); await new Promise(r => setTimeout(r, 100)); } }
    console.log("round", k, n, fails);
    if (fails > 3) { console.log(await rabbit.ctl("list_queues", "name", "messages", "state", "leader", "online"), await rabbit.ctl("list_connections", "name", "state")); 
     console.log(log.lines.slice(-6));
     const l = await rabbit.ctl("eval", 'os:getenv("RABBITMQ_LOG_BASE").'); const d = JSON.parse(l); console.log(readFileSync(d + "/node.log", "utf8").slice(-5000)); break; }
    await rabbit.kill(); const s = performance.now(); await rabbit.start(); console.log("restart", performance.now() - s);
    await ready(20000); 
    }
    await bus.close();
} finally { await rabbit.cleanup(); }
