import { expect } from 'chai'
import { aService, aUser, bearer, tokens } from '../callers.ts'
import { aChatOn, clientOf } from '../client.ts'
import { figuresOn } from '../figures.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'

describe('The metrics of open streams', () => {
  const hold = releasing()
  const backend = bearer('backend')

  const serving = async () => {
    const known = tokens({ backend: aService('read', 'write', 'act', 'metrics'), ada: aUser('ada') })
    const messenger = hold(await served(memoryStorage(), { STREAM_LIMIT: '7' }, undefined, known), ({ stop }) => stop())
    const client = clientOf(messenger.url)
    const open = async (target: string, headers = backend) =>
      hold(await follow(client.url, target, headers), ({ cut }) => cut())
    const chat = async () =>
      `/chats/${(await client.post<{ readonly id: number }>('/chats/', { title: 'x' }, backend)).json.id}`
    return { client, known, open, chat, figures: () => figuresOn(client, backend) }
  }

  it('say how many there are of each kind, and how many there may be', async () => {
    const { open, chat, figures } = await serving()
    const [one, other] = [await chat(), await chat()]
    await open(`${one}/events`)
    await open(`${one}/events`)
    const several = await open(`/events?chat_id=${one.split('/')[2]}&chat_id=${other.split('/')[2]}`)
    await open('/users/ada/inbox/events', bearer('ada'))
    const found = await figures()
    const ofKind = (kind: string) => found.get(`event_streams_open_by_kind{kind="${kind}"}`)
    expect([ofKind('chat'), ofKind('chats'), ofKind('inbox')]).to.deep.equal([2, 1, 1])
    expect([found.get('event_streams_open'), found.get('event_streams_limit')]).to.deep.equal([4, 7])
    several.cut()
    await until(async () => (await figures()).get('event_streams_open_by_kind{kind="chats"}') === 0)
  })

  it('count why they ended', async () => {
    const { client, known, open, chat, figures } = await serving()
    const [one, other] = [await chat(), await chat()]
    const ended = async (reason: string) => (await figures()).get(`event_streams_ended_total{reason="${reason}"}`)
    expect(await ended('client')).to.equal(0)

    const cut = await open(`${one}/events`)
    cut.cut()
    await until(async () => (await ended('client')) === 1)

    const complete = await open(`${other}/events`)
    await client.delete(other, backend)
    await complete.ended
    await until(async () => (await ended('complete')) === 1)

    const unauthorised = await open('/users/ada/inbox/events', bearer('ada'))
    known.revoke('ada')
    await unauthorised.ended
    await until(async () => (await ended('credential')) === 1)
    expect([await ended('client'), await ended('stalled'), await ended('failed')]).to.deep.equal([1, 0, 0])
  })

  it('are there where everybody is let in, too', async () => {
    const messenger = hold(await served(memoryStorage()), ({ stop }) => stop())
    const client = clientOf(messenger.url)
    hold(await follow(client.url, `${await aChatOn(client)}/events`), ({ cut }) => cut())
    expect((await figuresOn(client)).get('event_streams_open_by_kind{kind="chat"}')).to.equal(1)
  })
})
