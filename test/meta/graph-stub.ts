import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { act, Refusal } from "./graph-answers.ts";
import type { GraphStub, StubApp, StubToken, StubWaba } from "./graph-state.ts";

export async function startGraph(): Promise<GraphStub> {
  const stub = {
    apps: new Map<string, StubApp>(),
    wabas: new Map<string, StubWaba>(),
    tokens: new Map<string, StubToken>(),
    asked: [] as string[],
  } as GraphStub & { url: string };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://graph");
    const [, version = "", ...rest] = url.pathname.split("/");
    const what = `${request.method} ${version} ${rest.join("/")}`;
    stub.asked.push(what);
    const { fault } = stub;
    if (fault && (fault.on ?? /./).test(what)) {
      if (fault.how === "reset") return void request.socket.resetAndDestroy();
      if (fault.how === "html") return void response.end("<html>Sorry</html>");
      if (fault.how === "endless") {
        const more = () => void response.write("x".repeat(65_536), more);
        return more();
      }
      return answer(fault.status, fault.error === undefined ? {} : { error: fault.error });
    }
    function answer(status: number, body: object) {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    }
    try {
      const form = new URLSearchParams(await text(request));
      answer(200, await act(stub, request, { url, version, rest, form }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      answer(error.status, { error: error.error });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v24.0`;
  stub.close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return stub;
}
