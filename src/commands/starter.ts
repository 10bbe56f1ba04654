/** The first schedules file: `clockd up` runs it as it is. */
export const STARTER = `# yaml-language-server: $schema=./schedules.schema.json
# What is due when. \`clockd up\` runs this file; \`clockd validate\` checks it. All fields are explained in
# docs/configuration.md, and by editors that know the YAML language server.
version: 1

# The prefix of every exchange and queue: several applications can share a broker.
# namespace: shop

# The broker. Left out, it is the environment's (CLOCKD_BROKER_URL, AMQP_URL, CLOUDAMQP_URL or RABBITMQ_URL),
# and without one a file in .clockd/, which is enough for one machine.
# broker: {url: "\${CLOUDAMQP_URL}"}

# What every job has unless it says otherwise.
defaults:
  timezone: UTC # whose wall clock the times are read on, such as Europe/Berlin
  timeout: 10m # an attempt that takes longer is ended
  # env: {LOG_LEVEL: info}
  # on_failure: {webhook: "\${ALERTS_URL}"}

# Days on which nothing is due, for jobs with \`except\`.
calendars:
  weekend: {weekdays: [sat, sun]}
  # holidays: {dates: [2027-01-01], ics: holidays.ics}

# A job has a name, one of cron, every and at, and a command to run. The name is part of what is remembered of
# the job: one with a new name is a new job (unless it says renamed_from).
jobs:
  # At whole multiples of 10 seconds. A text is run by a shell, a list as it is.
  hello:
    every: 10s
    timeout: 5s
    run: echo "hello, due at $CLOCKD_SLOT"

  # Minute, hour, day of month, month, day of week. On weekdays at 07:30.
  report:
    description: The report of the morning.
    cron: "30 7 * * *"
    except: [weekend]
    run: [echo, report]
    payload: {kind: short} # the command reads it as JSON from its standard input
    catch_up: {run: latest, within: 6h} # when no clock was running at 07:30: until 13:30, then it is missed
    retry: {attempts: 3, delay: 1m}

  # Paused jobs are checked, and not run. A slot that comes due while the last run is still going is skipped:
  # overlap says otherwise.
  clean-up:
    cron: "H 3 * * *" # at a minute that follows from the job's name
    paused: true
    overlap: queue
    run: echo "cleaned up"
`;
