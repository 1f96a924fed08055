import 'reflect-metadata'
import type { RequestListener } from 'node:http'
import { Container, type ServiceIdentifier } from 'inversify'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import { checkReadiness } from './application/probes/check-readiness.ts'
import { createChat } from './application/chats/create-chat.ts'
import { deleteChat } from './application/chats/delete-chat.ts'
import { deleteMessage } from './application/messages/delete-message.ts'
import { editMessage } from './application/messages/edit-message.ts'
import { followChats } from './application/following/follow-chats.ts'
import { getMessage } from './application/messages/get-message.ts'
import { listChats } from './application/chats/list-chats.ts'
import { listMessages } from './application/messages/list-messages.ts'
import type { Chats } from './application/ports/chats.ts'
import type { Clock } from './application/ports/clock.ts'
import { renameChat } from './application/chats/rename-chat.ts'
import { ringAfterChange } from './application/following/ring-after-change.ts'
import { sendMessage } from './application/messages/send-message.ts'
import { type FollowedChats, followedChats } from './application/following/followed-chats.ts'
import { httpApp } from './interfaces/http/server/app.ts'
import { chatEndpoints, type ChatUseCases } from './interfaces/http/chats/chats.ts'
import type { Contract } from './interfaces/http/endpoint/contract.ts'
import { documentationEndpoints } from './interfaces/http/service/documentation.ts'
import { eventStreams, type EventStreams, type StreamLimits } from './interfaces/http/events/event-streams.ts'
import { eventEndpoints } from './interfaces/http/events/events.ts'
import { streamMetrics } from './interfaces/http/events/stream-metrics.ts'
import { messageEndpoints, type MessageUseCases } from './interfaces/http/chats/messages.ts'
import { httpMetrics } from './interfaces/http/server/metrics.ts'
import { observe } from './interfaces/http/server/access-log.ts'
import { type IsDraining, operationEndpoints } from './interfaces/http/service/probes.ts'
import type { BackgroundFailures } from './interfaces/http/server/background-failures.ts'
import type { Storage } from './storage.ts'

/** A name in the container that remembers the type bound to it, so wrong wiring does not compile. */
const named = <T>(description: string) => Symbol(description) as ServiceIdentifier<T>

export const names = {
  storage: named<Storage>('storage'),
  chats: named<Chats>('chats'),
  clock: named<Clock>('clock'),
  contract: named<Contract>('contract'),
  logger: named<Logger>('logger'),
  registry: named<Registry>('registry'),
  isDraining: named<IsDraining>('isDraining'),
  streamLimits: named<StreamLimits>('streamLimits'),
  failures: named<BackgroundFailures>('failures'),
  followedChats: named<FollowedChats>('followedChats'),
  streams: named<EventStreams>('streams'),
  useCases: named<ChatUseCases & MessageUseCases>('useCases'),
  app: named<RequestListener>('app'),
}

export interface Surroundings {
  readonly storage: Storage
  readonly clock: Clock
  readonly contract: Contract
  readonly logger: Logger
  readonly isDraining: IsDraining
  readonly streamLimits: StreamLimits
  readonly failures: BackgroundFailures
}

export const compose = (surroundings: Surroundings): Container => {
  const { storage, clock, contract, logger, isDraining, streamLimits, failures } = surroundings
  const container = new Container({ defaultScope: 'Singleton' })

  container.bind(names.storage).toConstantValue(storage)
  container.bind(names.clock).toConstantValue(clock)
  container.bind(names.contract).toConstantValue(contract)
  container.bind(names.logger).toConstantValue(logger)
  container.bind(names.isDraining).toConstantValue(isDraining)
  container.bind(names.registry).toConstantValue(new Registry())
  container.bind(names.streamLimits).toConstantValue(streamLimits)
  container.bind(names.failures).toConstantValue(failures)
  container
    .bind(names.chats)
    .toResolvedValue(({ chats, bell }: Storage) => ringAfterChange(chats, bell), [names.storage])
  container
    .bind(names.followedChats)
    .toResolvedValue(
      ({ journal, bell }: Storage, { report }: BackgroundFailures) =>
        followedChats(journal, bell, { onFailure: report }),
      [names.storage, names.failures],
    )
  container
    .bind(names.streams)
    .toResolvedValue(
      (limits: StreamLimits, { report }: BackgroundFailures) => eventStreams(limits, { onFailure: report }),
      [names.streamLimits, names.failures],
    )

  container.bind(names.useCases).toResolvedValue(
    (chats: Chats, clock: Clock) => ({
      createChat: createChat(chats, clock),
      listChats: listChats(chats),
      renameChat: renameChat(chats, clock),
      deleteChat: deleteChat(chats),
      sendMessage: sendMessage(chats, clock),
      listMessages: listMessages(chats),
      getMessage: getMessage(chats),
      editMessage: editMessage(chats, clock),
      deleteMessage: deleteMessage(chats, clock),
    }),
    [names.chats, names.clock],
  )

  container.bind(names.app).toResolvedValue(
    (contract, useCases, { health, journal }: Storage, followed, streams, clock, logger, registry, isDraining) => {
      failures.measure(registry)
      const endpoints = {
        ...chatEndpoints(contract, useCases),
        ...messageEndpoints(contract, useCases),
        ...eventEndpoints(
          contract,
          followChats(journal, followed, failures.report),
          streams,
          streamMetrics(registry, streams.open, clock.now),
        ),
        ...operationEndpoints(contract, checkReadiness(health), registry, isDraining),
        ...documentationEndpoints(contract),
      }
      return httpApp(contract, endpoints, observe(logger, httpMetrics(registry)))
    },
    [
      names.contract,
      names.useCases,
      names.storage,
      names.followedChats,
      names.streams,
      names.clock,
      names.logger,
      names.registry,
      names.isDraining,
    ],
  )

  return container
}
