import { TEXT } from '../database.ts'
import { obeyAsFollowers } from '../following.ts'
import { accountOf } from './database.ts'
import { connectXmpp, join, sendTo, type Xmpp } from './xmpp.ts'

const [url = '', count, number] = process.argv.slice(2)
const followers = Number(count)
const room = Number(number)

/** One connection, however many of its messages are under way. */
const entered = async (): Promise<Xmpp> => {
  const client = await connectXmpp(url, accountOf(followers + 1))
  await join(client, room)
  return client
}
let sender: Promise<Xmpp> | undefined
let sent = 0

obeyAsFollowers(followers, {
  eventEnd: '</message>',
  follow: async (follower, onEvents) => {
    const client = await connectXmpp(url, accountOf(follower + 1))
    await join(client, room)
    client.unread(onEvents)
  },
  post: async () => {
    sender ??= entered()
    await sendTo(await sender, room, `flood.${++sent}`, TEXT)
    return performance.now()
  },
})
