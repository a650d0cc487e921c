"""Tells Waypost of a payment and of a message that was sent, over HTTP and over RabbitMQ.

Settings: WAYPOST_URL and WAYPOST_TOKEN, RABBITMQ_URL; a way without its setting is left out.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

import pika

EXCHANGE = "waypost.intake"
WAYPOST_URL = os.environ.get("WAYPOST_URL")
WAYPOST_TOKEN = os.environ.get("WAYPOST_TOKEN", "")
RABBITMQ_URL = os.environ.get("RABBITMQ_URL")


def what_happened(way):
    """What a service of yours would tell. `way` only keeps the ids of this example apart."""
    account = {"phoneNumberId": "700700700700700"}
    contact = {"phone": "+1 555-555-0123"}
    return [
        {
            "type": "business.payment.succeeded",
            # Yours, and the same whenever you tell the same again: Waypost keeps it once.
            "id": f"payment-1001-{way}",
            "account": account,
            "contact": contact,
            "business": {"order": "1001", "amount": 1200, "currency": "EUR"},
        },
        {
            "type": "whatsapp.outgoing.template",
            "id": f"message-1001-{way}",
            "account": account,
            "contact": contact,
            # The wamid that Meta answered when you sent it: statuses find their message by it.
            "message": {
                "id": f"wamid.1001-{way}",
                "template": {"name": "order_update", "language": "en"},
            },
            "sentBy": "bot",
            "ref": {"order": "1001"},
        },
    ]


def tell_by_http(url, told):
    """Returns when Waypost has it durably. Raises what is wrong with it: nothing of the list was taken then."""
    request = urllib.request.Request(
        f"{url}/api/events",
        data=json.dumps(told).encode(),
        headers={"Authorization": f"Bearer {WAYPOST_TOKEN}", "Content-Type": "application/json"},
    )
    for attempt in range(1, 6):
        try:
            with urllib.request.urlopen(request, timeout=10):
                return
        except urllib.error.HTTPError as error:
            reason = error.read().decode()
            if error.code < 500 and error.code != 429:
                raise RuntimeError(reason) from error
        except OSError as error:
            reason = str(error)
        # Whether it was taken is not known: the same again, under the same ids, does no harm.
        if attempt == 5:
            raise RuntimeError(reason)
        time.sleep(attempt)


def tell_by_rabbit(url, told):
    """Returns when RabbitMQ has confirmed all of it.

    What Waypost cannot take lies in waypost.dead.waypost.intake then.
    """
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel = connection.channel()
        channel.confirm_delivery()  # each publish below waits for its confirm
        channel.exchange_declare(EXCHANGE, exchange_type="topic", passive=True)  # Waypost declares it
        for each in told:
            channel.basic_publish(
                EXCHANGE,
                routing_key=each["type"],
                body=json.dumps(each),
                properties=pika.BasicProperties(
                    message_id=each["id"],
                    content_type="application/json",
                    delivery_mode=pika.DeliveryMode.Persistent,
                ),
                mandatory=True,
            )
    finally:
        connection.close()


def say(**line):
    print(json.dumps(line), flush=True)


def main():
    try:
        if WAYPOST_URL:
            tell_by_http(WAYPOST_URL, what_happened("http"))
            say(told=[each["id"] for each in what_happened("http")], way="http")
        if RABBITMQ_URL:
            tell_by_rabbit(RABBITMQ_URL, what_happened("amqp"))
            say(told=[each["id"] for each in what_happened("amqp")], way="amqp")
    except Exception as error:
        say(failed=str(error) or type(error).__name__)
        sys.exit(1)


if __name__ == "__main__":
    main()
