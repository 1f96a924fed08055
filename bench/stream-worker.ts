import { TEXT } from './database.ts'
import { followStream, poster } from './event-stream.ts'
import { obeyAsFollowers } from './following.ts'
import { CHAT } from './streams.ts'

const [url = '', followers, eventEnd = ''] = process.argv.slice(2)

const body = JSON.stringify({ text: TEXT })
const send = poster(url)

obeyAsFollowers(Number(followers), {
  eventEnd,
  follow: (_follower, onEvents) => followStream(url, `${CHAT}/events`, onEvents),
  post: async () => (await send(`${CHAT}/messages/`, body)).answeredAt,
})
