import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { messageKey, type MessageDefinition } from '@stead/contracts/messaging';

/** Marks the method that handles a message; its payload has been parsed by the message's schema. */
export function Handles(message: MessageDefinition): MethodDecorator {
  return EventPattern(messageKey(message));
}

/** `@MessageOf.payload() payload, @MessageOf.context() context: MessageContext` */
export const MessageOf = { payload: Payload, context: Ctx };
