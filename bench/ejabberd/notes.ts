import { CONNECTIONS } from '../contenders.ts'

/** What has to be known to read the figures; the reasons are in ejabberd's own source, version 23.01. */
export const notesOn = (versions: string, costs: string): string => `## Beside ejabberd

${versions}; its settings are in \`bench/ejabberd/configuration.ts\`. Both keep their messages in one PostgreSQL with the settings
above, reached by TCP, since ejabberd's driver knows no Unix sockets. Each of ${CONNECTIONS} clients sends, or reads, as soon as it was
answered. The rooms have one occupant each, the least that ejabberd can deliver. A message of ejabberd counts once it is in
\`archive\`, its time ends with the room's own copy. In flight are, for ours, requests of as many connections, for ejabberd
messages of one. Clients are processes of their own; what they take of a processor is in the last column. Of the last 20
the server that is ours remembers the pages of all chats that are read here, and has not to ask PostgreSQL.

${costs}

Microseconds of CPU for one message, page or delivery, from /proc; PostgreSQL's are those of every \`postgres\` on the machine.

**What is promised differs.** A 201 of ours is sent once PostgreSQL has committed; what could not be kept is refused, and may be sent
again under its Idempotency-Key. A room of ejabberd waits for PostgreSQL's answer too, but does not look at it
(\`store_mam_message\` in \`mod_mam.erl\`): a message that could not be archived is delivered, and echoed to its sender, like any
other. So nothing is missing when ejabberd is killed, and what was under way is when PostgreSQL is. Over its HTTP interface
(\`send_message\`) it answers before the room has the message at all. Sent twice, a message is there twice. It archives the
stanza and the text in a row with four indexes, and counts the room's archive for each page, as the protocol lets clients ask.

**What it does that ours does not:** federation with other servers, clusters of nodes that know each other's sessions,
presence, contact lists, chats of two without a room, delivery to whoever was away and push, streams resumed after a
broken connection, TLS of its own, WebSocket, BOSH, MQTT and SIP beside XMPP, publish and subscribe, moderation of rooms by
forms, and some dozens of clients that speak to it already. What of it is not needed for rooms is switched off here.`
