import { expect } from 'chai'
import { once } from 'node:events'
import { createServer, request, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Messenger } from '../../src/messenger.ts'
import { aChatOn, type Client, clientOf } from '../client.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { ARGS, findBrowser } from './chromium.ts'

/** All that a page needs to follow a chat. It notes what it was told, and how often it was connected and cut off. */
const PAGE = `<!doctype html><title>A chat, live</title><script>
  const ids = []
  let opened = 0
  let failed = 0
  const source = new EventSource(new URLSearchParams(location.search).get('chat') + '/events')
  source.addEventListener('open', () => opened++)
  source.addEventListener('error', () => failed++)
  source.addEventListener('message', ({ data }) => ids.push(JSON.parse(data).id))
</script>`

/** Milliseconds that the network is away when nobody waits for more. */
const AWAY_MS = 300

/** Milliseconds between messages. A page is cut off for a second at least, so more come than a server remembers. */
const BETWEEN_MS = 4

/** Milliseconds for the page to come back, refused once on the way, on a machine that does much else. */
const LONGEST_MS = 45_000

/** A network between the page and a messenger. It serves the page, too: the API is for its own origin. */
const aNetwork = async (target: string) => {
  const sockets = new Set<Socket>()
  let cut = false

  const pass: RequestListener = (req, res) => {
    if (req.url?.startsWith('/page')) return void res.setHeader('Content-Type', 'text/html').end(PAGE)
    const { method, headers } = req
    const onward = request(target + (req.url ?? ''), { method: method ?? 'GET', headers, agent: false }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('error', () => res.destroy()).pipe(res)
    })
    onward.on('error', () => res.destroy())
    res.once('close', () => onward.destroy())
    req.pipe(onward)
  }

  const server = createServer(pass).on('connection', (socket: Socket) => {
    if (cut) return void socket.resetAndDestroy()
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cutOff = () => {
    cut = true
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutOff,
    restore: () => void (cut = false),
    close: async () => {
      cutOff()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Sends messages one after another until told to stop; then tells how many there are in all. */
const aWriter = (client: Client, chat: string) => {
  let [count, writing] = [0, true]
  const send = async () => {
    const { status } = await client.post(`${chat}/messages/`, { text: `message ${++count}` })
    expect(status).to.equal(201)
  }
  return {
    send,
    keepSending: async () => {
      for (; writing; await sleep(BETWEEN_MS)) await send()
      return count
    },
    stop: () => void (writing = false),
  }
}

describe('An EventSource in a browser', function () {
  this.timeout(180_000)
  const hold = releasing()
  let browser: Browser | undefined
  let messenger: Messenger | undefined
  let network: Awaited<ReturnType<typeof aNetwork>> | undefined

  before(async function () {
    const executablePath = findBrowser()
    if (executablePath === undefined) {
      console.log('    no Chromium or Chrome on this machine: no real EventSource followed a chat')
      return this.skip()
    }
    browser = await chromium.launch({ executablePath, args: ARGS })
    messenger = await served(memoryStorage())
    network = await aNetwork(messenger.url)
  })

  after(async () => {
    await browser?.close()
    await network?.close()
    await messenger?.stop()
  })

  /** A page that follows the chat, all of whose stream's first block has reached it. */
  const aPageOn = async (url: string, chat: string) => {
    const page = await (browser as Browser).newPage()
    const inspector = await page.context().newCDPSession(page)
    await inspector.send('Network.enable')
    const streams = new Set<string>()
    const opening = new Promise<void>((resolve) => {
      inspector.on(
        'Network.responseReceived',
        ({ requestId, type }) => type === 'EventSource' && streams.add(requestId),
      )
      inspector.on('Network.dataReceived', ({ requestId }) => streams.has(requestId) && resolve())
    })
    await page.goto(`${url}/page?chat=${chat}`)
    await opening
    return page
  }

  const pageSaw = async (page: Page) => ({
    ids: await page.evaluate<number[]>('ids'),
    opened: await page.evaluate<number>('opened'),
    failed: await page.evaluate<number>('failed'),
  })

  /** Waits until the page's own counts say so. */
  const until = (page: Page, condition: string) =>
    page.waitForFunction(condition, undefined, { timeout: LONGEST_MS }).catch(async () => {
      throw new Error(`"${condition}" was never so; the page saw ${JSON.stringify(await pageSaw(page))}`)
    })

  it('misses nothing when its network goes and comes back, again and again', async () => {
    const net = network as Awaited<ReturnType<typeof aNetwork>>
    const client = clientOf((messenger as Messenger).url)
    const chat = await aChatOn(client)
    const writer = hold(aWriter(client, chat), ({ stop }) => stop())
    const page = await aPageOn(net.url, chat)

    // Before its first event: all it knows is the id of the block that every stream begins with.
    net.cutOff()
    await until(page, 'failed === 1')
    for (let n = 0; n < 3; n++) await writer.send()
    net.restore()
    await until(page, 'opened === 2 && ids.length === 3')

    const sent = writer.keepSending()
    sent.catch(() => undefined)
    for (const away of ['briefly', 'until refused', 'briefly']) {
      const { ids, opened, failed } = await pageSaw(page)
      await until(page, `ids.length > ${ids.length + 10}`)
      net.cutOff()
      if (away === 'briefly') await sleep(AWAY_MS)
      else await until(page, `failed >= ${failed + 2}`)
      net.restore()
      await until(page, `opened === ${opened + 1}`)
    }

    writer.stop()
    const count = await sent
    await until(page, `ids.length >= ${count}`)
    const { ids, opened, failed } = await pageSaw(page)
    expect(ids).to.deep.equal(Array.from({ length: count }, (_, n) => n + 1))
    expect(opened, 'connections, of which the page itself asked for one').to.equal(5)
    expect(failed, 'cuts and refusals').to.be.at.least(5)
  })
})
