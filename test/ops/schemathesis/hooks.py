"""What schemathesis is told beside its command line."""

import itertools
import json
import os

import requests
import schemathesis
from requests.adapters import HTTPAdapter

# Tokens of other scopes, and of one account. Without them every request has the one that may all.
tokens = itertools.cycle(json.loads(os.environ.get("WAYPOST_TOKENS", "[null]")))


@schemathesis.hook
def before_call(context, case, kwargs):
    token = next(tokens)
    if token is not None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}


# A tail has no end: what comes with its first event, or in this time, is taken for its answer, and the connection is closed.
TAIL_SECONDS = 0.3
whole_answer = HTTPAdapter.send


def beginning_of_tails(self, request, stream=False, **kwargs):
    is_tail = request.path_url.split("?")[0] == "/api/events/stream"
    response = whole_answer(self, request, stream=stream or is_tail, **kwargs)
    if is_tail and response.headers.get("content-type", "").startswith("text/event-stream"):
        response._content = first_frames(response)
        response._content_consumed = True
        response.close()
    return response


HTTPAdapter.send = beginning_of_tails


def first_frames(response):
    response.raw.connection.sock.settimeout(TAIL_SECONDS)
    came = b""
    try:
        for chunk in response.iter_content(chunk_size=None):
            came += chunk
            if b"\ndata: " in came and came.endswith(b"\n\n"):
                break
    except requests.exceptions.RequestException:
        pass
    return came


@schemathesis.check
def tail_is_of_events(ctx, response, case):
    """Which the document cannot say: a tail is frames, each an event and its id."""
    if case.operation.definition.raw.get("operationId") != "streamEvents" or response.status_code != 200:
        return
    assert response.headers["content-type"][0].startswith("text/event-stream")
    frames = response.content.decode().split("\n\n")
    assert frames[0].startswith("retry: "), frames[0]
    assert frames[-1] == "", "a frame was cut"
    for frame in frames[1:-1]:
        if frame.startswith(":"):
            continue
        lines = dict(line.split(": ", 1) for line in frame.split("\n"))
        event = json.loads(lines["data"])
        assert lines["event"] == "event" and lines["id"] == event["id"], frame
        assert {"specversion", "id", "type", "source", "time", "data"} <= event.keys(), frame
        wanted = (case.query or {}).get("account")
        account = event["data"]["account"]
        assert wanted is None or wanted in (account.get("phoneNumberId"), account.get("wabaId"))
        told["tails"] += 1


told = {"tails": 0}


@schemathesis.hook
def after_call(context, case, response):
    """How many events of tails were looked at: a run in which there was none has shown nothing of them."""
    with open(os.environ["WAYPOST_TOLD"], "w", encoding="utf-8") as file:
        json.dump(told, file)


@schemathesis.check
def refusal_says_why(ctx, response, case):
    """A cursor, a name or a time can fit the contract and mean nothing: then the answer names the place."""
    if response.status_code == 400:
        errors = response.json().get("errors") or []
        assert errors, "a 400 names no parameter and no place"
        assert all(each.get("reason") for each in errors)
