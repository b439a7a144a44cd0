"""Runs the client of the official Python SDK against a tool that needs an approval: `approval.py URL TOKEN`.

The user accepts all questions first, and then declines approvals. Prints the results and what the user was asked as one JSON object,
which the calling test checks.
"""

import asyncio
import json
import sys

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult


async def flow(url, token):
    asked, told, action = [], {}, "accept"

    async def ask(_, params):
        asked.append(params.message)
        if params.message.startswith("Approve this call once?"):
            return ElicitResult(action=action)
        return ElicitResult(action="accept", content={"title": "lunch"})

    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode="auto", elicitation_callback=ask) as client:

            async def call(name):
                result = await client.call_tool(name, {"title": "lunch"})
                seen, asked[:] = list(asked), []
                return {"error": bool(result.is_error), "text": result.content[0].text, "asked": seen}

            told["version"] = client.protocol_version
            told["before"] = await call("delete_note")
            await call("read_note")
            told["approved"] = await call("delete_note")
            action = "decline"
            told["declined"] = await call("delete_note")
    print(json.dumps(told))


asyncio.run(flow(*sys.argv[1:]))
