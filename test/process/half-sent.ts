import { expect } from 'chai'
import { once } from 'node:events'
import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Client } from '../client.ts'

/** A message whose head the service has taken and whose body is still to come. */
export const halfSent = async (client: Client, chat: string, body: string, agent?: Agent) => {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'keep-alive',
    expect: '100-continue',
  }
  const message: ClientRequest = request(`${client.url}${chat}/messages/`, { method: 'POST', headers, agent })
  const answer = once(message, 'response').then(async ([response]) => {
    const { statusCode, headers } = response as IncomingMessage
    return { status: statusCode, connection: headers.connection, text: await text(response as IncomingMessage) }
  })
  // Whoever awaits it learns of its failure; until then it must not end the tests.
  answer.catch(() => undefined)
  // Nor must the end of a server that is killed after a test that failed.
  message.on('error', () => undefined)
  message.flushHeaders()
  await Promise.race([once(message, 'continue'), answer.then(({ status }) => expect.fail(`answered ${status}`))])
  const middle = body.length >> 1
  message.write(body.slice(0, middle))
  return { answer, finish: () => void message.end(body.slice(middle)) }
}

export const aBody = (text: string) => JSON.stringify({ text })

/** Whether nobody takes connections where the client asked before. */
export const isRefused = (client: Client) =>
  new Promise<boolean>((resolve) => {
    const { hostname, port } = new URL(client.url)
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
    socket.once('connect', () => socket.destroy())
  })
