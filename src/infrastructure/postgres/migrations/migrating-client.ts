import { Client, type ClientConfig } from 'pg'

/** Does the work in a session of its own, as whoever migrates needs one, and ends it. */
export const withMigratingClient = async <A>(
  session: ClientConfig,
  work: (client: Client) => Promise<A>,
): Promise<A> => {
  const client = new Client(session)
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
