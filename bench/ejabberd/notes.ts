import { CONNECTIONS } from '../contenders.ts'

/** What has to be known to read the figures; the reasons are in ejabberd's own source, version 23.01. */
export const notesOn = (versions: string, costs: string): string => `## Beside ejabberd

${versions}.
Both keep their messages in one PostgreSQL with the settings above, reached by TCP, since ejabberd's driver knows no Unix
sockets; how ejabberd is set up is in \`bench/ejabberd/configuration.ts\`. Each of ${CONNECTIONS} clients sends, or reads, again as soon as it
was answered. A room has one occupant, the least that ejabberd can deliver. A message of ejabberd counts once it is in
\`archive\`; its time ends with the room's own copy. In flight are, of ours, requests on as many connections, of ejabberd's,
messages on one. Of the last 20, ours knows the page of every chat that is read here, and does not ask PostgreSQL.

${costs}

Microseconds of CPU for one message, page or delivery, from /proc. Clients are one process for each of the two; the last
column is its part of a processor.

**What is promised differs.** Our 201 is sent once PostgreSQL has committed; what could not be kept is refused, and may be sent
again under its Idempotency-Key. A room of ejabberd waits for PostgreSQL's answer too, but does not look at it
(\`store_mam_message\` in \`mod_mam.erl\`): a message that could not be archived is delivered, and echoed to its sender, like any
other. So nothing is missing when ejabberd is killed, and what was under way is missing when PostgreSQL is. Over its HTTP
interface it answers before the archive has the message. Sent twice, a message is there twice. A row of its archive has the
stanza and its text, in four indexes, and each page comes with a count of the room's archive.

**What it does and ours does not:** federation with other servers, clusters of nodes that share their sessions, presence,
contact lists, messages from user to user, messages kept for who is away, push, streams resumed on a new connection, TLS
of its own, WebSocket, BOSH, MQTT and SIP beside XMPP, publish and subscribe, and dozens of clients that speak to it already.
What of it rooms do not need is switched off here.`
