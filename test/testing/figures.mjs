import { setTimeout as delay } from 'node:timers/promises'

// Run with --expose-gc: how soon a messenger is ready, and what a thousand of them leave behind. Plain JavaScript, for Node 20
// runs it in somebody else's folder too (test/package/run.ts).
const [, , entry = 'messenger-api/testing', count = '1000'] = process.argv
const { createMessenger } = await import(entry)

const timed = async (use) => {
  const start = process.hrtime.bigint()
  const messenger = createMessenger()
  await use(messenger)
  await messenger.close()
  return Number(process.hrtime.bigint() - start) / 1e6
}

const firstMs = await timed(() => undefined)

/** After whatever was closed a moment ago had its last callbacks. */
const heap = async () => {
  for (let pass = 0; pass < 3; pass++) {
    await delay(50)
    globalThis.gc()
  }
  return process.memoryUsage().heapUsed
}

const used = async (howMany) => {
  const times = []
  for (let n = 0; n < howMany; n++) times.push(await timed(async ({ fetch }) => (await fetch('/chats/')).json()))
  return times.sort((a, b) => a - b)
}

const many = Number(count)
await used(many / 5)
const before = await heap()
const times = await used(many)
const leftBytesEach = ((await heap()) - before) / many

const holding = process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout/.test(kind))
console.log(
  JSON.stringify({
    firstMs,
    medianMs: times[many * 0.5],
    slowest1PercentMs: times[many * 0.99],
    leftBytesEach,
    holding,
  }),
)
