"""Speaks to a service over a WebSocket with aiohttp's client; what happened is the last line, as JSON."""

import asyncio
import json
import os
import sys

import aiohttp

url, token = os.environ["FACTORY_URL"], os.environ["FACTORY_TOKEN"]


async def refused(session, path, **options):
    try:
        async with session.ws_connect(url + path, **options):
            return None
    except aiohttp.WSServerHandshakeError as error:
        return error.status


async def speak(session):
    signed = {"Authorization": f"Bearer {token}"}
    seen = {}
    async with session.ws_connect(
        url + "/services/web/socket?x=%20y", headers=signed, protocols=["echo"], max_msg_size=0
    ) as socket:
        seen["first"] = await socket.receive_json(timeout=20)
        seen["protocol"] = socket.protocol
        await socket.send_str("hello")
        seen["text"] = await socket.receive_str(timeout=20)
        await socket.ping(b"there?")
        big = os.urandom(8 << 20)
        # Both directions are full at the same time.
        sending = asyncio.create_task(send_all(socket, big, 4))
        parts = [await socket.receive_bytes(timeout=60) for _ in range(4)]
        await sending
        seen["big"] = all(part == big for part in parts)
        await socket.send_str("leave")
        end = await socket.receive(timeout=20)
        seen["close"] = [end.type.name, socket.close_code, end.extra]
    seen["unsigned"] = await refused(session, "/services/web/socket")
    seen["stranger"] = await refused(
        session, "/services/web/socket", headers={**signed, "Origin": "http://evil.example"})
    seen["own_page"] = await refused(
        session, "/services/web/socket", headers={**signed, "Origin": url})
    seen["no_socket"] = await refused(session, "/services/web/page", headers=signed)
    seen["no_service"] = await refused(session, "/services/other/socket", headers=signed)
    seen["no_slash"] = await refused(session, "/services/web", headers=signed)
    # The connection of a refusal is used no more, and others are.
    async with session.get(url + "/services/web/page", headers=signed) as answer:
        seen["page"] = [answer.status, await answer.json()]
    async with session.ws_connect(url + "/services/web/socket", headers=signed) as socket:
        await socket.receive_json(timeout=20)
        await socket.send_str("die")
        seen["death"] = (await socket.receive(timeout=20)).type.name
    return seen


async def send_all(socket, part, count):
    for _ in range(count):
        await socket.send_bytes(part)


async def stay(session):
    """Says what comes until the connection ends."""
    headers = {"Authorization": f"Bearer {token}"}
    async with session.ws_connect(url + "/services/web/socket", headers=headers) as socket:
        first = await socket.receive_json(timeout=20)
        print(json.dumps(first), flush=True)
        end = await socket.receive(timeout=120)
        return {"job": first["job"], "end": end.type.name}


async def main():
    async with aiohttp.ClientSession() as session:
        done = await {"speak": speak, "stay": stay}[sys.argv[1]](session)
    print(json.dumps(done), flush=True)


asyncio.run(main())
