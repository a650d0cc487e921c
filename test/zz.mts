import { startRabbit } from "./services/rabbitmq.ts";
import { openBus, publish, queueSpec } from "./bus/rabbitmq-harness.ts";
import { textEvent } from "./support/sample-events.ts";
import { readFileSync } from "node:fs";
const wait = Number(process.argv[2]);
const rabbit = await startRabbit();
try {
    const queue = queueSpec("t.single", ["#"], true);
    const { bus, ready, log } = await openBus(rabbit.url, queue);
    await ready();
    for (let i = 0; i < 200; i++) await publish(bus, [textEvent(i)]);
    await new Promise(r => setTimeout(r, wait));
    await rabbit.kill(); await rabbit.start(); await ready(20000);
    const t = performance.now();
    await publish(bus, [textEvent(1000)], 8000).then(() => console.log("ok after", performance.now() - t), (e) => console.log(String(e)));
    console.log(await rabbit.ctl("list_queues", "name", "messages", "state", "leader", "online", "members"));
    const l = await rabbit.ctl("eval", 'os:getenv("RABBITMQ_LOG_BASE").'); const d = JSON.parse(l); console.log(readFileSync(d + "/node.log", "utf8").slice(-3000));
    await bus.close();
} finally { await rabbit.cleanup(); }
