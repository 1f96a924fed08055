import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { createClient, operations } from '../../src/client/index.ts'
import { targetOf } from '../../src/client/operations.ts'

interface Item {
  readonly [method: string]: { readonly operationId: string; readonly tags: readonly string[] }
}

const { paths } = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as {
  paths: Readonly<Record<string, Item>>
}

describe("The client's operations", () => {
  it('are those that openapi.yaml has for chats, messages and events, under the same ids', () => {
    const documented = Object.entries(paths).flatMap(([path, item]) =>
      ['get', 'post', 'patch', 'put', 'delete'].flatMap((method) => {
        const operation = item[method]
        if (!operation || !/Chats|Messages|Events/.test(operation.tags.join())) return []
        return [[operation.operationId, { method: method.toUpperCase(), path }]]
      }),
    )
    expect(operations).to.deep.equal(Object.fromEntries(documented))
  })

  it('have a method each', () => {
    const named = (id: string) => ({ followChat: 'follow', followChats: 'followAll' })[id] ?? id
    expect(createClient()).to.have.all.keys(Object.keys(operations).map(named))
  })

  it('have targets in which what is undefined is left out and lists repeat their name', () => {
    expect(targetOf('listChats')).to.equal('/chats/')
    expect(targetOf('getMessage', { chat_id: 7, message_id: 4 })).to.equal('/chats/7/messages/4')
    expect(targetOf('listMessages', { chat_id: 7 }, { limit: undefined, after: 0, order: 'asc' })).to.equal(
      '/chats/7/messages/?after=0&order=asc',
    )
    expect(targetOf('followChats', {}, { chat_id: [7, 8], after: 'AQc' })).to.equal(
      '/events?chat_id=7&chat_id=8&after=AQc',
    )
  })
})
