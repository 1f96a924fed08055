import { type Answer, type Connection, send, type Sending } from './connection.ts'
import type { CallOptions, ChangeOptions, MakeOptions } from './options.ts'
import { tagged } from './etag.ts'
import { type Page, pageOf } from './page.ts'
import { isProblem } from './problem.ts'

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what the operation answers
const valueOf = <A extends object>({ json, headers }: Answer): A => tagged(json as A, headers.get('etag'))

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Whether both mean the same, as JSON. Fields have no order. */
const isSame = (one: unknown, other: unknown): boolean => {
  if (!isContainer(one) || !isContainer(other)) return one === other
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [ours, theirs] = [Object.entries(one), new Map(Object.entries(other))]
  return (
    ours.length === theirs.size && ours.every(([name, value]) => theirs.has(name) && isSame(value, theirs.get(name)))
  )
}

/** Whether what is there says everything that was asked for: the service drops white space around a text. */
const says = (there: object, asked: object) =>
  Object.entries(JSON.parse(JSON.stringify(asked)) as object).every(([name, value]) =>
    isSame((there as Record<string, unknown>)[name], typeof value === 'string' ? value.trim() : value),
  )

/** 128 random bits. Browsers keep `crypto.randomUUID` from pages that came without TLS. */
const aKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** The kinds of requests there are, each with what makes it safe to repeat. */
export const requests = (connection: Connection) => {
  const answerTo = async (sending: Sending): Promise<Answer> => {
    const outcome = await send(connection, sending)
    if (outcome.kind === 'failed') throw outcome.error
    return outcome.answer
  }

  const read = async <A extends object>(target: string, { signal }: CallOptions = {}): Promise<A> =>
    valueOf<A>(await answerTo({ method: 'GET', target, signal }))

  const readPage = async <A>(target: string, options: CallOptions = {}): Promise<Page<A>> => {
    const { json, headers } = await answerTo({ method: 'GET', target, signal: options.signal })
    return pageOf(target, json as readonly A[], headers, (other) => readPage<A>(other, options))
  }

  /** Every attempt bears the key of one intention. */
  const make = async <A extends object>(
    target: string,
    body: object,
    { idempotencyKey = aKey(), signal }: MakeOptions = {},
  ): Promise<A> => {
    const headers = { 'idempotency-key': idempotencyKey }
    return valueOf<A>(await answerTo({ method: 'POST', target, headers, body, signal }))
  }

  /** What is made shows a secret that nobody keeps: an attempt whose answer was lost is not made up for. */
  const makeOnce = async <A extends object>(target: string, body: object, { signal }: CallOptions = {}): Promise<A> =>
    valueOf<A>(await answerTo({ method: 'POST', target, body, signal, isOnce: true }))

  /** What is told at once or not at all: tried once, for it would be true no more. */
  const tell = async (target: string, { signal }: CallOptions = {}): Promise<void> => {
    const outcome = await send({ ...connection, attempts: 1 }, { method: 'POST', target, signal })
    if (outcome.kind === 'failed') throw outcome.error
  }

  const put = async <A extends object>(target: string, body: object, { signal }: CallOptions = {}): Promise<A> =>
    valueOf<A>(await answerTo({ method: 'PUT', target, body, signal }))

  /** What is there, or is made to be. Nothing is answered. */
  const ensure = async (target: string, { signal }: CallOptions = {}): Promise<void> => {
    await answerTo({ method: 'PUT', target, signal })
  }

  /** An attempt whose answer was lost may have changed the tag: then what is there says what was asked for. */
  const change = async <A extends object>(
    target: string,
    body: object,
    { ifMatch, signal }: ChangeOptions = {},
  ): Promise<A> => {
    const outcome = await send(connection, { method: 'PATCH', target, headers: { 'if-match': ifMatch }, body, signal })
    if (outcome.kind === 'answered') return valueOf<A>(outcome.answer)
    if (outcome.attempts > 1 && isProblem(outcome.error, 'precondition-failed')) {
      const there = await read<A>(target, { ...(signal && { signal }) })
      if (says(there, body)) return there
    }
    throw outcome.error
  }

  /** An attempt whose answer was lost may have removed it. */
  const remove = async (target: string, { ifMatch, signal }: ChangeOptions = {}): Promise<void> => {
    const outcome = await send(connection, { method: 'DELETE', target, headers: { 'if-match': ifMatch }, signal })
    if (outcome.kind === 'answered' || (outcome.attempts > 1 && isProblem(outcome.error, 'not-found'))) return
    throw outcome.error
  }

  return { read, readPage, make, makeOnce, tell, put, ensure, change, remove }
}
