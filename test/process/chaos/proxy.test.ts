import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect } from 'chai'
import { releasing } from '../../releasing.ts'
import { until } from '../../until.ts'
import { revisionsIn } from './clients/places.ts'
import { diceOf } from './dice.ts'
import { aProxy } from './proxy.ts'

describe('A proxy in the way', () => {
  const hold = releasing()

  /** A server that answers with what it is asked, and counts it. */
  const anEcho = async () => {
    const counted = { asked: 0 }
    const server = createServer((socket) => {
      hold(socket, (socket) => socket.destroy())
      socket
        .on('error', () => {})
        .on('data', (bytes) => {
          counted.asked += bytes.length
          socket.write(bytes)
        })
    })
    hold(server.listen(0, '127.0.0.1'), (server) => server.close())
    await once(server, 'listening')
    return { counted, port: (server.address() as AddressInfo).port }
  }
  const aClient = (port: number) => {
    const got = { bytes: 0, code: undefined as string | undefined, isClosed: false }
    const socket: Socket = hold(connect(port, '127.0.0.1'), (socket) => socket.destroy())
    socket
      .on('data', (bytes) => void (got.bytes += bytes.length))
      .on('error', ({ code }: NodeJS.ErrnoException) => void (got.code = code))
      .on('close', () => void (got.isClosed = true))
    return { socket, got }
  }
  const anEchoBehind = async () => {
    const echo = await anEcho()
    const proxy = hold(await aProxy(() => ({ host: '127.0.0.1', port: echo.port })), (proxy) => proxy.close())
    const client = aClient(proxy.port)
    client.socket.write('a')
    await until(() => client.got.bytes === 1)
    return { ...echo, ...client, proxy }
  }

  it('holds up what is asked, or what is answered, and lets it go', async () => {
    const { proxy, socket, got, counted } = await anEchoBehind()
    proxy.stall('requests')
    socket.write('b')
    const second = aClient(proxy.port)
    second.socket.write('c')
    await once(second.socket, 'connect')
    expect(counted.asked, 'new connections are held up, too').to.equal(1)
    proxy.stall('answers')
    await until(() => counted.asked === 3)
    expect(got.bytes).to.equal(1)
    proxy.stall(undefined)
    await until(() => got.bytes === 2 && second.got.bytes === 1)
  })

  it('ends connections in good order, or resets them, and takes new ones', async () => {
    const { proxy, got } = await anEchoBehind()
    proxy.cut()
    await until(() => got.isClosed)
    expect(got.code).to.equal(undefined)
    const next = aClient(proxy.port)
    next.socket.write('b')
    await until(() => next.got.bytes === 1)
    proxy.reset()
    await until(() => next.got.isClosed)
    expect(next.got.code).to.equal('ECONNRESET')
  })

  it('resets who comes while nothing is behind it', async () => {
    const proxy = hold(await aProxy(() => undefined), (proxy) => proxy.close())
    const { got } = aClient(proxy.port)
    await until(() => got.isClosed)
    expect(got.code).to.equal('ECONNRESET')
  })
})

describe('What a run of faults rests on', () => {
  it('is repeated by its seed, whatever others roll', () => {
    const rolls = (dice: ReturnType<typeof diceOf>) => Array.from({ length: 20 }, () => dice.between(1, 1000))
    expect(rolls(diceOf(7))).to.deep.equal(rolls(diceOf(7)))
    expect(rolls(diceOf(7))).not.to.deep.equal(rolls(diceOf(8)))
    const dice = diceOf(7)
    const before = rolls(dice.of('faults'))
    rolls(dice)
    expect(rolls(dice.of('faults'))).to.deep.equal(before)
    expect(rolls(dice.of('clients'))).not.to.deep.equal(before)
  })

  it('reads the word that is the id of an event of several chats', () => {
    expect([...revisionsIn('AQcMCAM')]).to.deep.equal([
      [7, 12],
      [8, 3],
    ])
    expect([...revisionsIn(Buffer.from([1, 0x80, 1, 0xff, 0xff, 3]).toString('base64url'))]).to.deep.equal([
      [128, 65_535],
    ])
  })
})
