"""Subscribes to Waypost's events on RabbitMQ: a queue of its own, events in order, each handled once as far
as memory reaches. Put your work into `handle`.

Settings: RABBITMQ_URL, QUEUE, PATTERNS (comma-separated type patterns).
"""

import json
import os
import random
import signal
import threading
from collections import OrderedDict

import pika
import pika.exceptions

EXCHANGE = "waypost.events"
URL = os.environ.get("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/%2F")
QUEUE = os.environ.get("QUEUE", "example.python")
PATTERNS = os.environ.get("PATTERNS", "whatsapp.message.*").split(",")


def handle(event):
    """Your work. When it raises, the same event comes again after a pause, and the next ones wait.

    It runs in the thread that also answers RabbitMQ's heartbeats: keep it well under HEARTBEAT seconds.
    """
    say(handled=event["id"], type=event["type"], conversation=event.get("subject"))


HEARTBEAT = 60
TRIES = 5
stop = threading.Event()


# --- Topology: declared at every connect, so that it does not matter who starts first. ---------------------


def declare_queue(channel):
    channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
    channel.queue_declare(f"{QUEUE}.dead", durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_declare(
        QUEUE,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            # One copy of this program works at a time and a second one stands by: two at once would lose
            # the order.
            "x-single-active-consumer": True,
            # RabbitMQ 4 drops a message after 20 deliveries: 20 lost connections would be enough.
            "x-delivery-limit": 1_000_000,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": f"{QUEUE}.dead",
        },
    )
    for pattern in PATTERNS:
        channel.queue_bind(QUEUE, EXCHANGE, routing_key=binding_key(pattern))


def binding_key(pattern):
    """Waypost's routing key is the event's type and, after a dot, the phone number id (or `none`)."""
    return "#" if pattern == "#" else f"{pattern}.*"


# --- Deduplication -----------------------------------------------------------------------------------------


class Seen:
    """The ids handled last.

    Repeats come when a connection broke before an ack, and when Waypost could not know whether RabbitMQ had
    taken an event: both soon after the first, so a bounded memory catches them. It is empty after a restart,
    and Meta repeats for up to 7 days: what must never happen twice (a payment, a mail) needs the event id as
    a unique key in your own database, written in one transaction with the effect.
    """

    def __init__(self, size=100_000):
        self._ids = OrderedDict()
        self._size = size

    def __contains__(self, message_id):
        return message_id in self._ids

    def add(self, message_id):
        self._ids[message_id] = True
        if len(self._ids) > self._size:
            self._ids.popitem(last=False)


seen = Seen()


# --- Consuming: one event at a time, acked when handled. ---------------------------------------------------


def consume(channel):
    declare_queue(channel)
    channel.basic_qos(prefetch_count=50)
    say(subscribed=QUEUE, patterns=PATTERNS)
    # Once a second, so that a stop is noticed when nothing comes.
    for method, properties, body in channel.consume(QUEUE, inactivity_timeout=1):
        if method is not None:
            receive(channel, method, properties, body)
        if stop.is_set():
            channel.cancel()  # what was fetched and not handled goes back to the queue
            return


def receive(channel, method, properties, body):
    message_id = properties.message_id
    known = message_id is not None and message_id in seen
    outcome = "done" if known else attempt(channel, body)
    if outcome == "done":
        if message_id is not None:
            seen.add(message_id)
        channel.basic_ack(method.delivery_tag)
    elif outcome == "dead":
        channel.basic_reject(method.delivery_tag, requeue=False)  # to the dead queue


def attempt(channel, body):
    """`done`, `dead`, or `stopped` when the program ends before the event could be handled."""
    try:
        event = json.loads(body)
    except ValueError:
        return "dead"
    for failures in range(TRIES):
        try:
            handle(event)
            return "done"
        except Exception as error:  # whatever it is, the event is not handled
            say(failed=event["id"], problem=repr(error))
        for _ in range(2**failures):
            channel.connection.process_data_events()  # answers heartbeats meanwhile
            if stop.wait(1):
                return "stopped"
    return "dead"


# --- Connecting, and a clean end ---------------------------------------------------------------------------


def main():
    parameters = pika.URLParameters(URL)
    parameters.heartbeat = HEARTBEAT
    parameters.blocked_connection_timeout = 300
    parameters.socket_timeout = 5
    delay = 0.5
    while not stop.is_set():
        try:
            with pika.BlockingConnection(parameters) as connection:
                delay = 0.5
                consume(connection.channel())
        except (pika.exceptions.AMQPError, OSError) as error:
            say(problem=repr(error))
            stop.wait(delay * random.uniform(1, 1.25))
            delay = min(delay * 2, 30)
    say(stopped=QUEUE)


def say(**line):
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    main()
