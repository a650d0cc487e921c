"""A bot: greets who writes, and hands over who asks for a human. Settings: BOT_SECRET, as in waypost.yaml, and PORT."""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["BOT_SECRET"].removeprefix("whsec_"))


def verified(headers, body):
    """Whether Waypost has signed it, in the last five minutes."""
    sent = headers.get("webhook-timestamp", "")
    signed = f"{headers.get('webhook-id', '')}.{sent}.".encode() + body
    mac = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    fresh = sent.isdecimal() and abs(time.time() - int(sent)) < 300
    given = headers.get("webhook-signature", "").split()
    return fresh and any(hmac.compare_digest(each.encode(), f"v1,{mac}".encode()) for each in given)


def answer(event):
    """`schemas/event.schema.json` describes the event."""
    message = event["data"].get("message", {})
    if message.get("interactive", {}).get("buttonReply", {}).get("id") == "human":
        return {"reply": "Somebody will be with you.", "emit": {"type": "business.handoff.requested"}}
    name = event["data"].get("contact", {}).get("name", "there")
    wrote = message.get("text", {}).get("body", "…")[:500]  # above buttons WhatsApp takes 1,024 characters
    text = f"Hello {name}! You wrote: {wrote}"
    buttons = {"human": "Talk to a human"}
    return {"reply": {"text": text, "buttons": buttons}, "set": {"tag": "+met-the-bot"}}


class Bot(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        good = verified(self.headers, body)
        said = json.dumps(answer(json.loads(body))).encode() if good else b""
        self.send_response(200 if good else 401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Bot)
    print(json.dumps({"listening": server.server_port}), flush=True)
    server.serve_forever()
