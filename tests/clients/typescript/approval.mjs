// Runs the client of the official TypeScript SDK against a tool that needs an approval: `approval.mjs URL TOKEN`.
//
// The user accepts all questions first, and then declines approvals. Prints the results and what the user was asked as one JSON object,
// which the calling test checks.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const [url, token] = process.argv.slice(2);
let asked = [];
let action = 'accept';

const client = new Client(
    { name: 'typescript', version: '1' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: 'auto' } },
);
client.setRequestHandler('elicitation/create', async ({ params }) => {
    asked.push(params.message);
    return params.message.startsWith('Approve this call once?')
        ? { action }
        : { action: 'accept', content: { title: 'lunch' } };
});
const requestInit = { headers: { authorization: `Bearer ${token}` } };
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));

async function call(name) {
    const result = await client.callTool({ name, arguments: { title: 'lunch' } });
    const seen = asked;
    asked = [];
    return { error: Boolean(result.isError), text: result.content[0].text, asked: seen };
}

const told = { version: client.getNegotiatedProtocolVersion(), before: await call('delete_note') };
await call('read_note');
told.approved = await call('delete_note');
action = 'decline';
told.declined = await call('delete_note');
await client.close();
console.log(JSON.stringify(told));
