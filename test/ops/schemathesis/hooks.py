"""What schemathesis is told beside its command line."""

import itertools
import json
import os

import schemathesis

# Tokens of other scopes, and of one account. Without them every request has the one that may all.
tokens = itertools.cycle(json.loads(os.environ.get("WAYPOST_TOKENS", "[null]")))


@schemathesis.hook
def before_call(context, case, kwargs):
    token = next(tokens)
    if token is not None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}


@schemathesis.check
def refusal_says_why(ctx, response, case):
    """A cursor, a name or a time can fit the contract and mean nothing: then the answer names the place."""
    if response.status_code == 400:
        errors = response.json().get("errors") or []
        assert errors, "a 400 names no parameter and no place"
        assert all(each.get("reason") for each in errors)
