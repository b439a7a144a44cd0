"""Runs the client of the official Python SDK through a full session: `flow.py URL MODE`.

MODE is `legacy` (the handshake of 2025-11-25) or `auto` (`server/discover`, 2026-07-28). Prints the results and all requests of
the client as one JSON object, which the calling test checks.
"""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata


# What the server calls a structured denial in `_meta`.
DENIAL = "io.github.mcp-scopes/denial"


class Memory:
    """In-memory tokens and registration."""

    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Browser:
    """Acts as a browser without user interaction, and returns the code."""

    asked = []
    sent_to = None

    async def go(self, url):
        self.asked.append(parse_qs(urlsplit(url).query)["scope"][0])
        async with httpx2.AsyncClient() as browser:
            answer = await browser.get(url)
        assert answer.status_code == 302, answer.text
        self.sent_to = parse_qs(urlsplit(answer.headers["location"]).query)

    async def come_back(self):
        one = {name: values[0] for name, values in self.sent_to.items()}
        return AuthorizationCodeResult(code=one["code"], state=one["state"], iss=one["iss"])


async def flow(url, mode):
    exchanges, memory, browser = [], Memory(), Browser()

    async def note(answer):
        exchanges.append(
            {
                "method": answer.request.method,
                "url": str(answer.request.url),
                "status": answer.status_code,
                "challenges": answer.headers.get_list("www-authenticate"),
                "version": answer.request.headers.get("mcp-protocol-version"),
                "scheme": answer.request.headers.get("authorization", "").split(" ")[0] or None,
            }
        )

    metadata = OAuthClientMetadata(client_name="python", redirect_uris=["http://127.0.0.1:4567/callback"])
    provider = OAuthClientProvider(url, metadata, memory, browser.go, browser.come_back)
    told = {}
    async with httpx2.AsyncClient(auth=provider, event_hooks={"response": [note]}, timeout=30) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:

            async def listed():
                tools = (await client.list_tools(cache_mode="refresh")).tools
                return [tool.model_dump(by_alias=True) for tool in tools]

            async def tools():
                return sorted(tool["name"] for tool in await listed())

            async def schemes(name):
                listed = (await client.list_tools(cache_mode="refresh")).tools
                [tool] = [tool for tool in listed if tool.name == name]
                member = tool.model_dump(by_alias=True).get("securitySchemes")
                return [member, (tool.meta or {}).get("securitySchemes")]

            async def call(name, **arguments):
                result = await client.call_tool(name, arguments)
                assert not result.is_error, result
                return result.content[0].text

            async def error(name, **arguments):
                result = await client.call_tool(name, arguments)
                return [result.is_error, result.content[0].text, (result.meta or {}).get(DENIAL)]

            told["version"] = client.protocol_version
            told["count"] = await call("count_notes")
            told["list"] = await call("list_notes")
            told["tools"] = await tools()
            told["schemes"] = await schemes("list_notes")
            told["write"] = await call("write_note", title="client", text="was here")
            told["read"] = await call("read_note", title="client")
            told["delete"] = await call("delete_note", title="client")
            # A session has five calls of `delete_note`. The note is gone, so the next four fail, and then a policy denies the call.
            before = await listed()
            told["errors"] = [await error("delete_note", title="client") for _ in range(5)]
            told["list_is_unchanged"] = await listed() == before
            told["tools_in_the_end"] = await tools()
    print(json.dumps({"told": told, "asked": browser.asked, "exchanges": exchanges}))


asyncio.run(flow(*sys.argv[1:]))
