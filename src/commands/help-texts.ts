/** What follows the options in the help of the program and of its commands. */

export const EXAMPLES = `
Examples:
  finwait incident.pcap                    who is stuck, where and since when
  finwait timeline incident.pcap           the worst connection, step by step
  finwait timeline incident.pcap -c 7      connection 7, as Wireshark counts
  finwait explain close-wait-stuck         what a finding means, and its sources
  finwait extract a.pcap -c 7 -o 7.pcapng  that connection as its own capture
  finwait a.pcap b.pcapng.gz -o all.json   a JSON report in a file
  finwait incident.pcap --fail-on warning  for scripts: exit 1 if there is one
  finwait --join 'trace.pcap*'             read rotated captures as one
  tcpdump -c 10000 -w - tcp | finwait -    read standard input
  tcpdump -U -w - tcp | finwait watch -    report findings live
  finwait incident.pcap --rule half-close=off \\
          --set close-wait-stuck.stuckSeconds=30

Exit codes:
  0  analysed, with or without findings
  1  a finding at or above --fail-on
  2  wrong usage or configuration, or a report that could not be written
  3  a capture or folder does not exist, cannot be read or holds no capture; or
     a capture is damaged before its first frame (with --strict, anywhere); all
     others are still analysed and reported
  130  interrupted
`;

export const WATCH_HELP = `
A finding is reported again when it becomes more severe, and when its connection
ends with another severity. If it turns out not to hold, it is reported as
settled.

Example:
  tcpdump -i eth0 -U -w - tcp | finwait watch -

Time is the capture's own: while nothing is captured, nothing becomes stuck.

Exit codes:
  0  the capture has ended
  2  wrong usage or configuration
  3  the capture could not be read
  130  interrupted, after the summary
`;

export const EXTRACT_HELP = `
An extract includes the ICMP errors about the connection, the fragments of its
datagrams, the ARP and neighbour discovery of its hosts, and another connection
on the same ports if neither can be understood without the other. Times,
interfaces, comments and the lengths of cut frames are kept. Analysing the
extract gives the same findings as the whole capture gives for that connection,
unless the capture's clock was set back between its frames and those of others.

Examples:
  finwait extract a.pcap -c 7 -o 7.pcapng            connection 7
  finwait extract a.pcap -c 7,9 | tshark -r -        two, straight to tshark
  finwait extract a.pcap --finding 0 -o 0.pcapng     the connection of finding 0
  finwait extract a.pcap -c 7 --anonymize -o x.pcapng
                                                     safe to share

--strip-payload replaces what TCP carried with zeros, also where ICMP errors
quote it, and padding. Of payloads up to 85 octets the header of a TLS record
and the number of a TLS alert stay, or a 1 for anything else, as findings rest
on that. --anonymize does this too, and maps IP addresses with
Crypto-PAn, so that hosts of one network stay in one network, and hardware
addresses. Loopback, multicast, broadcast and unspecified addresses stay. IP
options, unknown TCP options, ICMP extensions and names of interfaces are
removed. Ports, times, TTLs and TCP's own numbers stay: anyone with another
capture of the same traffic can recognise it by them. Frames with a layer that
finwait cannot alter are left out and counted. All checksums are recalculated.
`;

export const CHECK_HELP = `
An expectation is a file beside its capture, such as trace.pcap.expect.yaml. All
its parts are optional:

  connections: 2
  findings:                       # exactly these; or none; or atLeast: a list
    - rule: close-wait-stuck
      endpoint: server
    - half-close                  # the rule alone is enough
  patterns: none
  states:                         # the last state, or all of them
    - connection: 0
      client: FIN-WAIT-2
      server: [SYN-RECEIVED, ESTABLISHED, CLOSE-WAIT]
  finalStates: { TIME-WAIT: 1, FIN-WAIT-2: 1, CLOSE-WAIT: 1, CLOSED: 1 }
  separate: [vlan]                # as --separate of analyze

Examples:
  finwait check --init captures/        write expectations: review, then commit
  finwait check captures/               exit 1 if a capture shows something else
  finwait check --update captures/      accept what is shown now
  finwait check captures/ -f junit -o results.xml

Exit codes:
  0  everything is as expected
  1  something is not
  2  wrong usage or expectation, or a result that could not be written
  3  a capture or folder does not exist, cannot be read or holds no capture
`;
