import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

const given =
  (text: string): RequestListener =>
  (_, res) =>
    void res.setHeader('Content-Type', 'application/jwk-set+json').end(text)

/** A key server in the hands of the test; at a port of its own, or at that of one that is gone. */
export const aKeyServer = async (text: string, at = 0) => {
  let answer = given(text)
  let asked = 0
  const server = createServer((req, res) => {
    asked += 1
    answer(req, res)
  }).listen(at, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}/jwks.json`,
    port,
    asked: () => asked,
    serve: (next: string) => void (answer = given(next)),
    answer: (next: RequestListener) => void (answer = next),
    close: async () => {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
