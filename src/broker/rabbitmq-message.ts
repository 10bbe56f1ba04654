import type { MessageProperties, Options } from "amqplib";

/** The properties that a copy of a message keeps, its headers aside. */
export function ownProperties({ properties }: { properties: MessageProperties }): Options.Publish {
  const { messageId, timestamp, type, appId, contentType } = properties;
  const all = Object.entries({ messageId, timestamp, type, appId, contentType });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}
