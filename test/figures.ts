import type { Client } from './client.ts'

/** The values that a service shows at the moment, by the names and labels of their series. */
export const figuresOn = async (
  client: Client,
  headers?: Record<string, string>,
): Promise<ReadonlyMap<string, number>> => {
  const { text } = await client.get('/metrics', headers)
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]))
}
