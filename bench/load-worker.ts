import { randomUUID } from 'node:crypto'
import autocannon from 'autocannon'
import { Client } from 'pg'
import { type Measurement, summaryOf } from './measurement.ts'
import type { Answer, Asker, HttpJob, Job, TransactionJob } from './load.ts'
import { postMessage } from './sql.ts'
import { obey } from './worker.ts'

/** Requests that each connection goes round; drawn anew for each, so that connections do not march in step. */
const DRAWS = 100
const TIMEOUT_SECONDS = 30

const upTo = (greatest: number) => 1 + Math.floor(Math.random() * greatest)

const withKey = ({ headers, ...request }: autocannon.Request) => ({
  ...request,
  headers: { ...headers, 'idempotency-key': randomUUID() },
})
const byNewcomer = ({ headers, ...request }: autocannon.Request) => ({
  ...request,
  headers: { ...headers, 'on-behalf-of': randomUUID() },
})
const asItIs = (request: autocannon.Request) => request

/** Every `of`th chat, from the `nth` on. */
interface Share {
  readonly nth: number
  readonly of: number
}

const chatIn = ({ nth, of }: Share, chats: number) => nth + of * Math.floor((Math.random() * chats) / of)

/** How each request is written anew, when it is. */
const setUpOf = ({ keys, newcomers }: HttpJob) => {
  if (newcomers) return byNewcomer
  if (keys === undefined) return undefined
  return keys ? withKey : asItIs
}

const drawnRequests = (job: HttpJob, share: Share, asker?: Asker) => {
  const { method, path, chats, messages = 1, body } = job
  const setupRequest = setUpOf(job)
  return Array.from({ length: DRAWS }, () => {
    const chat = asker ? asker.chats[upTo(asker.chats.length) - 1] : chatIn(share, chats)
    const message = upTo(messages)
    const drawn = (template: string) =>
      template
        .replace('{chat}', String(chat))
        .replace('{message}', String(message))
        .replace('{user}', asker?.user ?? '')
    const headers = { ...asker?.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
    return {
      method,
      path: drawn(path),
      headers,
      ...(body === undefined ? {} : { body: drawn(body) }),
      ...(setupRequest && { setupRequest }),
    }
  })
}

/** Milliseconds that each answer of one server took. Autocannon's own percentiles are whole ones; a lone client needs finer ones. */
const sendTo = async (job: HttpJob, url: string, connections: number, share: Share): Promise<readonly number[]> => {
  const times: number[] = []
  const { askers = [] } = job
  let clients = 0
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const options = {
      url,
      connections,
      timeout: TIMEOUT_SECONDS,
      sampleInt: 100,
      setupClient: (client: autocannon.Client) =>
        client.setRequests(drawnRequests(job, share, askers[clients++ % askers.length])),
      ...(job.amount === undefined ? { duration: job.seconds } : { amount: job.amount }),
    }
    autocannon(options, (error, finished) => (error ? reject(error as Error) : resolve(finished))).on(
      'response',
      (_client, _status, _bytes, milliseconds) => times.push(milliseconds),
    )
  })
  if (result.non2xx > 0 || result.errors > 0 || times.length === 0)
    throw new Error(
      `${job.method} ${url}${job.path}: ${times.length} answers, ${result.errors} errors, ` +
        `by status ${JSON.stringify(result.statusCodeStats)}`,
    )
  return times
}

const sendRequests = async (job: HttpJob): Promise<Measurement> => {
  const urls = [job.url, ...(job.alsoTo ?? [])]
  const startedAt = performance.now()
  const shareOf = (index: number) => (job.apart ? { nth: index + 1, of: urls.length } : { nth: 1, of: 1 })
  const times = await Promise.all(
    urls.map((url, index) => sendTo(job, url, job.connections / urls.length, shareOf(index))),
  )
  return summaryOf(times.flat(), (performance.now() - startedAt) / 1000)
}

const runTransactions = async ({ connection, chats, text, seconds }: TransactionJob): Promise<Measurement> => {
  const client = new Client(connection)
  client.on('error', () => undefined)
  await client.connect()
  try {
    const times: number[] = []
    const startedAt = performance.now()
    const end = startedAt + seconds * 1000
    while (performance.now() < end) {
      const before = performance.now()
      await client.query({ name: 'post', text: postMessage('$1', '$2'), values: [upTo(chats), text] })
      times.push(performance.now() - before)
    }
    return summaryOf(times, (performance.now() - startedAt) / 1000)
  } finally {
    await client.end()
  }
}

const run = (job: Job): Promise<Measurement> => (job.kind === 'http' ? sendRequests(job) : runTransactions(job))
obey(async (job: Job): Promise<Answer> => ({ measured: await run(job) }))
