import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { openContext } from '../../src/interfaces/http/endpoint/request-context.ts'
import { type RequestTraces, tracedApp } from '../../src/interfaces/http/server/request-traces.ts'
import { releasing } from '../releasing.ts'

describe('A request', () => {
  const hold = releasing()

  /** Which of some targets are traced. */
  const tracedOf = async (targets: readonly string[], basePath?: string): Promise<readonly string[]> => {
    let count = 0
    const traces: RequestTraces = {
      begin: () => {
        count++
        return { traceId: '0', during: (work) => work(), end: () => {} }
      },
    }
    const answer: RequestListener = (req, res) => {
      openContext(req, res)
      res.end()
    }
    const server = hold(createServer(tracedApp(answer, traces, basePath)), (it) => it.close())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const found: string[] = []
    for (const target of targets) {
      const before = count
      await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${target}`)
      if (count > before) found.push(target)
    }
    return found
  }

  const probes = ['/livez', '/readyz/', '/metrics?x=1']
  /** A user, and whoever does not want to be seen. */
  const others = ['/chats/1/members/metrics', '/users/livez/inbox', '/chats/?x=/metrics', '/readyz/x']

  it('is traced unless it is a probe, whatever its path and its query end with', async () => {
    expect(await tracedOf([...probes, ...others])).to.deep.equal(others)
  })

  it('that probes is known below the path of the service and without it', async () => {
    const below = (targets: readonly string[]) => targets.map((target) => `/chat${target}`)
    expect(await tracedOf([...probes, ...below([...probes, ...others])], '/chat')).to.deep.equal(below(others))
  })
})
