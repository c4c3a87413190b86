/** Written by npm run docs: the ladder of each rule's example, by rule id. */
export const EXAMPLE_LADDERS: Readonly<Record<string, string>> = {
  'close-wait-stuck': `connection 0: 10.9.14.1:40000 ↔ 10.9.14.2:8080
from 2026-11-20 23:58:31.184 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0105     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0665     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0665     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0667     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0768     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1772     #8 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✓
   0.2174     #9 FIN-WAIT-2?   ◀─────── ACK seq 26 ack 20 ────────
                               ▲ warning: close-wait-stuck
                                      ⋮ 62.4 s of silence ⋮
  62.5782        FIN-WAIT-2             the capture ends           CLOSE-WAIT

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in FIN-WAIT-2
the server ended in CLOSE-WAIT

warning 10.9.14.2:8080 has stayed in CLOSE-WAIT for 62.4 s
close-wait-stuck · #8, #9 · RFC 9293 §3.3.2, §3.6, §3.10.4, §3.10.7.4
`,
  'fin-wait-2-stuck': `connection 0: 10.9.13.1:40000 ↔ 10.9.13.2:8080
from 2026-11-20 23:58:30.143 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0104     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0105     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0658     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0762     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0766     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0766     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1768     #8 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✓
   0.2278     #9 FIN-WAIT-2?   ◀─────── ACK seq 26 ack 20 ────────
                               ▲ info: fin-wait-2-stuck
                                      ⋮ 63.4 s of silence ⋮
  63.5829        FIN-WAIT-2             the capture ends           CLOSE-WAIT

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in FIN-WAIT-2
the server ended in CLOSE-WAIT

info 10.9.13.1:40000 has waited in FIN-WAIT-2 for 63.4 s
fin-wait-2-stuck · #8, #9 · RFC 9293 §3.3.2, §3.6.1, §3.10.7.4;
Linux ip-sysctl tcp_fin_timeout
`,
  'fin-wait-2-timeout-late-fin': `connection 0: 10.9.31.1:40000 ↔ 10.9.31.2:8080
from 2026-11-20 23:58:48.789 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0104     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0105     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0687     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0803     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0823     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0823     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1832     #8 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✓
   0.2338     #9 FIN-WAIT-2?   ◀─────── ACK seq 26 ack 20 ────────
                                      ⋮ 62.0 s of silence ⋮
  62.1941    #10 TIME-WAIT✗    ◀───── FIN,ACK seq 26 ack 20 ────── LAST-ACK
  62.1942    #11 CLOSED        ─────────── RST seq 20 ───────────▶ CLOSED?
                               ▲ warning: fin-wait-2-timeout-late-fin

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client's TIME-WAIT of #10 was disproved by #11
the client ended in CLOSED
the server ended in CLOSED

warning 10.9.31.2:8080 sent its FIN 62 s after the peer’s close, and
10.9.31.1:40000 no longer knew the connection
fin-wait-2-timeout-late-fin · #8, #9, #10, #11 · RFC 9293 §3.10.7.1, §3.5.2;
Linux ip-sysctl tcp_fin_timeout; tcp(7) tcp_fin_timeout
`,
  'half-close': `connection 0: 10.9.11.1:40000 ↔ 10.9.11.2:8080
from 2026-11-20 23:58:28.147 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0104     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0104     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0658     #4               ─── PSH,ACK seq 1 ack 1 len 11 ───▶
   0.0660     #5 FIN-WAIT-1    ────── FIN,ACK seq 12 ack 1 ──────▶ CLOSE-WAIT✓
   0.0764     #6               ◀──────── ACK seq 1 ack 12 ────────
   0.0764     #7 FIN-WAIT-2?   ◀── PSH,ACK seq 1 ack 13 len 280 ──
   0.0764     #8               ─────── ACK seq 13 ack 281 ───────▶
   0.7786      …               ⋮ 7 segments, 0 B →   ← 7 segments, 2.0 kB ⋮
   0.8789    #23               ◀ PSH,ACK seq 2241 ack 13 len 280 ─
   0.8789    #24               ────── ACK seq 13 ack 2521 ───────▶
   0.9794    #25               ◀ PSH,ACK seq 2521 ack 13 len 280 ─
                               ▲ info: half-close
   0.9794    #26               ────── ACK seq 13 ack 2801 ───────▶
   1.0794    #27 TIME-WAIT✓    ◀──── FIN,ACK seq 2801 ack 13 ───── LAST-ACK
   1.0794    #28               ────── ACK seq 13 ack 2802 ───────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

info 10.9.11.1:40000 half-closed, and 10.9.11.2:8080 went on to send 2,800 bytes
half-close · #5, #7, #25 · RFC 9293 §3.6.1, §3.6, §3.10.2; RFC 1122 §4.2.2.13
`,
  'half-close-stalled': `connection 0: 10.9.12.1:40000 ↔ 10.9.12.2:8080
from 2026-11-20 23:58:29.136 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0103     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0657     #4               ─── PSH,ACK seq 1 ack 1 len 11 ───▶
   0.0658     #5               ◀──────── ACK seq 1 ack 12 ────────
   0.0659     #6 FIN-WAIT-1    ────── FIN,ACK seq 12 ack 1 ──────▶ CLOSE-WAIT✓
   0.0659     #7 FIN-WAIT-2?   ◀── PSH,ACK seq 1 ack 13 len 280 ──
   0.0762     #8               ─────── ACK seq 13 ack 281 ───────▶
   0.1662     #9               ◀─ PSH,ACK seq 281 ack 13 len 280 ─
   0.1766    #10               ─────── ACK seq 13 ack 561 ───────▶
   0.2664    #11               ◀─ PSH,ACK seq 561 ack 13 len 280 ─
                               ▲ warning: half-close-stalled
   0.2768    #12               ─────── ACK seq 13 ack 841 ───────▶
                                      ⋮ 63.5 s of silence ⋮
  63.7672        FIN-WAIT-2             the capture ends           CLOSE-WAIT

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in FIN-WAIT-2
the server ended in CLOSE-WAIT

warning Half-closed connection stalled: 10.9.12.2:8080 has sent nothing for
63.5 s
half-close-stalled · #6, #7, #11 · RFC 9293 §3.6.1, §3.10.4, §3.3.2;
Linux ip-sysctl tcp_fin_timeout
`,
  'fin-unacknowledged': `connection 0: 10.9.29.1:40000 ↔ 10.9.29.2:8080
from 2026-11-20 23:58:46.748 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0137     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0138     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0707     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0811     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0812     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0812     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1841     #8 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✗
   0.4017     #9               ── FIN,ACK seq 19 ack 26 again ───▶
   0.6217    #10               ── FIN,ACK seq 19 ack 26 again ───▶
   1.0817    #11               ── FIN,ACK seq 19 ack 26 again ───▶
   1.9736    #12               ── FIN,ACK seq 19 ack 26 again ───▶
   3.7336    #13               ── FIN,ACK seq 19 ack 26 again ───▶
                                     ⋮ 3.716 s of silence ⋮
   7.4496    #14               ── FIN,ACK seq 19 ack 26 again ───▶
                               ▲ error: fin-unacknowledged

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in FIN-WAIT-1
the server's CLOSE-WAIT of #8 was disproved by #9
the server ended in ESTABLISHED

error 10.9.29.1:40000 sent its FIN 7 times over 7.3 s without an acknowledgment
fin-unacknowledged · #8, #9, #14 · RFC 9293 §3.6, §3.8.3 MUST-20; RFC 6298 §5;
RFC 9293 §3.10.8
`,
  'last-ack-stuck': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-21 04:53:09.929 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0115     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0116     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0676     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0786     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0787     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0787     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1791     #8 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✓
   0.2348     #9 FIN-WAIT-2?   ◀─────── ACK seq 26 ack 20 ────────
   0.2409    #10 TIME-WAIT✓    ◀───── FIN,ACK seq 26 ack 20 ────── LAST-ACK
   0.2410    #11               ─────── ACK seq 20 ack 27 ────────▶ CLOSED✗
   0.4554    #12               ◀── FIN,ACK seq 26 ack 20 again ───
   0.4554    #13               ─────── ACK seq 20 ack 27 ────────▶ CLOSED✗
   0.6712    #14               ◀── FIN,ACK seq 26 ack 20 again ───
   0.6712    #15               ─────── ACK seq 20 ack 27 ────────▶ CLOSED✗
   1.1028    #16               ◀── FIN,ACK seq 26 ack 20 again ───
   1.1029    #17               ─────── ACK seq 20 ack 27 ────────▶ CLOSED✗
   1.9661    #18               ◀── FIN,ACK seq 26 ack 20 again ───
                               ▲ warning: last-ack-stuck
   1.9662    #19               ─────── ACK seq 20 ack 27 ────────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server's CLOSED of #11 was disproved by #12
the server's CLOSED of #13 was disproved by #14
the server's CLOSED of #15 was disproved by #16
the server's CLOSED of #17 was disproved by #18
the server ended in CLOSED

warning 10.9.1.2:8080 repeated its FIN 4 times in LAST-ACK
last-ack-stuck · #10, #11, #12, #18 · RFC 9293 §3.3.2, §3.6, §3.10.7.4
`,
  'simultaneous-close': `connection 0: 10.9.10.1:40000 ↔ 10.9.10.2:8080
from 2026-11-20 23:58:27.155 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0106     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0107     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0663     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0766     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0767     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0767     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1772     #8 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✗
   0.1827     #9 CLOSING✓      ◀───── FIN,ACK seq 26 ack 19 ────── FIN-WAIT-1
                                                                   CLOSING✓
                               ▲ info: simultaneous-close
   0.1827    #10               ─────── ACK seq 20 ack 27 ────────▶ TIME-WAIT?
   0.1880    #11 TIME-WAIT?    ◀─────── ACK seq 27 ack 20 ────────

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server's CLOSE-WAIT of #8 was disproved by #9
the server ended in TIME-WAIT

info Both sides closed at the same time
simultaneous-close · #8, #9 · RFC 9293 §3.6, §3.10.7.4
`,
  'data-after-own-fin': `connection 0: 10.9.2.1:40000 ↔ 10.9.2.2:8080
from 2026-11-21 04:53:10.882 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0001     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0109     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0678     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0678     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0680     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0790     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1801     #8 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✓
   0.2233     #9 FIN-WAIT-2?   ◀─────── ACK seq 26 ack 20 ────────
   0.3293    #10               ── PSH,ACK seq 20 ack 26 len 18 ──▶
                               ▲ error: data-after-own-fin
   0.5825    #11 TIME-WAIT✓    ◀───── FIN,ACK seq 26 ack 20 ────── LAST-ACK
   0.5944    #12               ─────── ACK seq 20 ack 27 ────────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

error 10.9.2.1:40000 sent 18 bytes beyond its own FIN
data-after-own-fin · #8, #10 · RFC 9293 §3.1, §3.10.2, §3.10.7.4
`,
  'rst-active-abort': `connection 0: 10.9.20.1:40000 ↔ 10.9.20.2:8080
from 2026-11-20 23:58:37.301 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0106     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0106     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0114     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0219     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0219     #6               ◀── PSH,ACK seq 1 ack 19 len 19 ───
   0.0219     #7               ─────── ACK seq 19 ack 20 ────────▶
   0.0220     #8               ── PSH,ACK seq 19 ack 20 len 18 ──▶
   0.0742     #9               ◀─────── ACK seq 20 ack 37 ────────
   0.2294    #10 CLOSED?       ◀───── RST,ACK seq 20 ack 37 ────── CLOSED
                               ▲ warning: rst-active-abort

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

warning 10.9.20.2:8080 aborted the connection
rst-active-abort · #8, #10 · RFC 9293 §3.6, §3.6.1 SHLD-3, §3.10.5;
RFC 2525 §2.17
`,
  'rst-on-write-after-close': `connection 0: 10.9.47.1:40000 ↔ 10.9.47.2:8080
from 2026-11-20 23:59:04.892 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0103     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0103     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0661     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0764     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0765     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0765     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1774     #8 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✓
   0.2307     #9 FIN-WAIT-2?   ◀─────── ACK seq 26 ack 20 ────────
   0.4892    #10               ◀── PSH,ACK seq 26 ack 20 len 21 ──
   0.4892    #11 CLOSED        ─────────── RST seq 20 ───────────▶ CLOSED?
                               ▲ error: rst-on-write-after-close

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

error 10.9.47.2:8080 wrote 258 ms after its peer had closed: 21 bytes lost to
RST
rst-on-write-after-close · #8, #9, #10, #11 · RFC 9293 §3.6.1 SHLD-3,
§3.6.1 MAY-1, §3.5.1, §3.5.2
`,
  'rst-on-close-race': `connection 0: 10.9.3.1:40000 ↔ 10.9.3.2:8080
from 2026-11-21 04:53:11.968 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0114     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0115     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0678     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0788     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0792     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0793     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1797     #8               ── PSH,ACK seq 19 ack 26 len 22 ──▶
   0.1860     #9 CLOSE-WAIT?   ◀───── FIN,ACK seq 26 ack 19 ────── FIN-WAIT-1
   0.1905    #10 CLOSED?       ◀─────────── RST seq 26 ─────────── CLOSED
                               ▲ warning: rst-on-close-race

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

warning 10.9.3.2:8080 closed while 22 bytes from 10.9.3.1:40000 were in flight,
and reset the connection
rst-on-close-race · #8, #9, #10 · RFC 9112 §9.6, §9.3.1; RFC 9293 §3.6.1 SHLD-3
`,
  'rst-after-close-complete': `connection 0: 10.9.52.1:40000 ↔ 10.9.52.2:8080
from 2026-11-20 23:59:10.003 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0104     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0104     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0666     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0773     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0775     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0775     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1876     #8 CLOSE-WAIT✓   ◀───── FIN,ACK seq 26 ack 19 ────── FIN-WAIT-1
   0.2299     #9               ─────── ACK seq 19 ack 27 ────────▶ FIN-WAIT-2?
   0.2878    #10 CLOSED        ───── RST,ACK seq 19 ack 27 ──────▶ CLOSED?
                               ▲ info: rst-after-close-complete

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

info 10.9.52.1:40000 answered the peer’s close with RST; nothing was outstanding
rst-after-close-complete · #8, #10 · RFC 9293 §3.5.2, §3.10.7.4
`,
  'rst-half-open-discovered': `connection 0: 10.9.23.1:40000 ↔ 10.9.23.2:8080
from 2026-11-20 23:58:40.291 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0104     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0104     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0663     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0767     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0767     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0767     #7               ─────── ACK seq 19 ack 26 ────────▶
   1.1771     #8               ── PSH,ACK seq 19 ack 26 len 24 ──▶
   1.1875     #9 CLOSED?       ◀─────────── RST seq 26 ─────────── CLOSED
                               ▲ error: rst-half-open-discovered

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

error 10.9.23.2:8080 reset this open connection as one that it does not know
rst-half-open-discovered · #8, #9 · RFC 9293 §3.5.1, §3.5.2, §3.10.7.1;
RFC 5382 §5 REQ-5
`,
  'connection-refused': `connection 0: 10.9.50.1:40000 ↔ 10.9.50.2:8081
from 2026-11-20 23:59:08.011 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0103     #2 CLOSED?       ◀────── RST,ACK seq 1 ack 1 ───────
                               ▲ warning: connection-refused

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

warning 10.9.50.2:8081 refused the connection of 10.9.50.1:40000
connection-refused · #1, #2 · RFC 9293 §3.5.2, §3.10.7.3, §3.5.3, §3.10.7.1
`,
  'rst-not-accepted': `connection 0: 10.9.54.1:40000 ↔ 10.9.54.2:8080
from 2026-11-20 23:59:11.920 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0109     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0663     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0663     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0664     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0766     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1768     #8               ────────── RST seq 1019 ──────────▶
   0.1768     #9               ◀─────── ACK seq 26 ack 19 ────────
   0.4772    #10               ── PSH,ACK seq 19 ack 26 len 24 ──▶
   0.4773    #11               ◀── PSH,ACK seq 26 ack 43 len 19 ──
   0.4876    #12               ─────── ACK seq 43 ack 45 ────────▶
   0.5827    #13 FIN-WAIT-1    ───── FIN,ACK seq 43 ack 45 ──────▶ CLOSE-WAIT✓
   0.5828    #14 FIN-WAIT-2?   ◀───── FIN,ACK seq 45 ack 44 ────── LAST-ACK
                 TIME-WAIT✓
   0.5933    #15               ─────── ACK seq 44 ack 46 ────────▶ CLOSED?
                               ▲ info: rst-not-accepted

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

info 10.9.54.2:8080 did not accept a reset from 10.9.54.1:40000
rst-not-accepted · #8, #9, #15 · RFC 9293 §3.5.3, §3.10.7.4; RFC 5961 §3.2;
RFC 7323 §5.2
`,
  'rst-origin-suspect': `connection 0: 10.9.55.1:40000 ↔ 10.9.55.2:8080
from 2026-11-20 23:59:12.970 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0106     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0662     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0662     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0663     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0771     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1773     #8 CLOSED✗       ─────────── RST seq 19 ───────────▶ CLOSED?
   0.4794     #9               ── PSH,ACK seq 19 ack 26 len 24 ──▶
                               ▲ warning: rst-origin-suspect
   0.4794    #10 CLOSED?       ◀─────────── RST seq 26 ───────────

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client's CLOSED of #8 was disproved by #9
the client ended in CLOSED
the server ended in CLOSED

warning A reset in the name of 10.9.55.1:40000 was probably sent by a device on
the path
rst-origin-suspect · #8, #9 · RFC 3360 §2, §6
`,
  'rst-in-time-wait': `connection 0: 10.9.56.1:40000 ↔ 10.9.56.2:8080
from 2026-11-20 23:59:14.031 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0105     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0105     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0715     #4               ◀─── PSH,ACK seq 1 ack 1 len 6 ────
   0.0716     #5               ──────── ACK seq 1 ack 7 ─────────▶
   0.1721     #6 FIN-WAIT-1    ────── FIN,ACK seq 1 ack 7 ───────▶ CLOSE-WAIT✓
   0.1831     #7 FIN-WAIT-2?   ◀──────── ACK seq 7 ack 2 ─────────
   0.2336     #8 TIME-WAIT✓    ◀────── FIN,ACK seq 7 ack 2 ─────── LAST-ACK
   0.2336     #9               ──────── ACK seq 2 ack 8 ─────────▶ CLOSED?
   0.5461    #10               ◀ PSH,ACK seq 1 ack 1 len 6 again ─
   0.5461    #11               ──────── ACK seq 2 ack 8 ─────────▶
   0.5572    #12 CLOSED?       ◀─────────── RST seq 8 ────────────
                               ▲ warning: rst-in-time-wait

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

warning A reset hit 10.9.56.1:40000 in TIME-WAIT after 324 ms
rst-in-time-wait · #8, #11, #12 · RFC 1337 §1, §3; RFC 9293 §3.10.7.4,
§3.6.1 MUST-13
`,
  'rst-carries-data': `connection 0: 10.9.49.1:40000 ↔ 10.9.49.2:8080
from 2026-11-20 23:59:06.955 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0106     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0106     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0663     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0765     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0770     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0770     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1784     #8 CLOSED        ── RST,ACK seq 19 ack 26 len 27 ──▶ CLOSED?
                               ▲ info: rst-carries-data

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

info The reset of 10.9.49.1:40000 carried 27 bytes
rst-carries-data · #8 · RFC 9293 §3.5.3 SHLD-2; RFC 1122 §4.2.2.12
`,
  'undelivered-data-at-abort': `connection 0: 10.9.4.1:40000 ↔ 10.9.4.2:8080
from 2026-11-21 04:53:12.969 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0109     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0110     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0671     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0783     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0784     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0784     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1792     #8               ── PSH,ACK seq 19 ack 26 len 24 ──▶
   0.1853     #9 CLOSED?       ◀───── RST,ACK seq 26 ack 19 ────── CLOSED
                               ▲ error: undelivered-data-at-abort
   0.1907    #10               ◀─────────── RST seq 26 ───────────

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

error 24 bytes of 10.9.4.1:40000 were never acknowledged when the connection was
reset
undelivered-data-at-abort · #8, #9 · RFC 9293 §3.4, §3.6, §3.9.1.4;
POSIX send() DESCRIPTION
`,
  'peer-unresponsive': `connection 0: 10.9.21.1:40000 ↔ 10.9.21.2:8080
from 2026-11-20 23:58:38.311 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0104     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0104     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0662     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0765     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0765      …               ⋮ 5 segments, 96 B →   ← 1 segment, 25 B ⋮
   1.9307    #12               ─ ACK seq 19 ack 26 len 24 again ─▶
   3.6627    #13               ─ ACK seq 19 ack 26 len 24 again ─▶
                                     ⋮ 3.516 s of silence ⋮
   7.1787    #14               ─ ACK seq 19 ack 26 len 24 again ─▶
                               ▲ error: peer-unresponsive
                                     ⋮ 7.313 s of silence ⋮
  14.4916        ESTABLISHED            the capture ends           ESTABLISHED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in ESTABLISHED
the server ended in ESTABLISHED

error 10.9.21.2:8080 has not answered 10.9.21.1:40000 for 7 s
peer-unresponsive · #6, #9, #14 · RFC 9293 §3.10.8, §3.8.3 MUST-20,
§3.8.3 SHLD-10, §3.8.1 MUST-18
`,
  'acknowledgments-lost': `connection 0: 10.9.2.1:40000 ↔ 10.9.2.2:8080
from 2026-11-26 22:33:22.550 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0118     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0697     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0698     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0720      …               ⋮ 6 segments, 120 B →   ← 5 segments, 25 B ⋮
   2.1859    #17               ◀─────── ACK seq 26 ack 43 ────────
   3.9479    #18               ─ ACK seq 19 ack 26 len 24 again ─▶
   3.9479    #19               ◀─────── ACK seq 26 ack 43 ────────
                               ▲ error: acknowledgments-lost
                                      ⋮ 10.9 s of silence ⋮
  14.8025        ESTABLISHED            the capture ends           ESTABLISHED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in ESTABLISHED
the server ended in ESTABLISHED

error 10.9.2.1:40000 sent the same data 6 times over 3.6 s, although
10.9.2.2:8080 acknowledged it each time
acknowledgments-lost · #10, #18, #19 · RFC 9293 §3.10.8, §3.8.3 MUST-20, §3.4,
§3.10.7.4
`,
  'retransmission-gave-up': `connection 0: 10.9.5.1:40000 ↔ 10.9.5.2:8080
from 2026-11-21 04:53:13.900 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0109     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0110     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0672     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0791     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0804      …               ⋮ 3 segments, 48 B →   ← 1 segment, 25 B ⋮
   0.6094    #10               ─ ACK seq 19 ack 26 len 24 again ─▶
   1.0614    #11               ─ ACK seq 19 ack 26 len 24 again ─▶
   1.9254    #12               ─ ACK seq 19 ack 26 len 24 again ─▶
                               ▲ error: retransmission-gave-up
                                      ⋮ 10.1 s of silence ⋮
  12.0606        ESTABLISHED            the capture ends           ESTABLISHED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in ESTABLISHED
the server ended in ESTABLISHED

error 10.9.5.1:40000 stopped after sending the same data 5 times in 1.7 s
retransmission-gave-up · #9, #12 · RFC 9293 §3.8.3 MUST-20, §3.8.3 SHLD-11,
§3.10.8, §3.9.1.8 MUST-47
`,
  'keepalive-unanswered': `connection 0: 10.9.27.1:40000 ↔ 10.9.27.2:8080
from 2026-11-20 23:58:44.508 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0104     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0104     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0662     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0766     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0766      …               ⋮ 2 segments, 0 B →   ← 1 segment, 25 B ⋮
   3.0936     #9               ──── ACK seq 18 ack 26 probe ─────▶
   4.1176    #10               ──── ACK seq 18 ack 26 probe ─────▶
   5.1416    #11 CLOSED        ───── RST,ACK seq 19 ack 26 ──────▶
                               ▲ error: keepalive-unanswered

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in ESTABLISHED

error 3 keep-alive probes of 10.9.27.1:40000 to 10.9.27.2:8080 went unanswered
keepalive-unanswered · #6, #8, #10, #11 · RFC 9293 §3.8.4 MAY-5, §3.8.4 MUST-29,
§3.8.4 MUST-28, §3.8.4 MUST-24
`,
  'icmp-unreachable': `connection 0: 10.9.22.1:40000 ↔ 10.9.22.2:8080
from 2026-11-20 23:58:39.291 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0105     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0106     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0662     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0766     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0766      …               ⋮ 31 segments, 720 B →   ← 1 segment, 25 B ⋮
   0.1770     #9 ◆ ICMP type 3 code 1 from 10.9.22.254 (32 until #71)
                               ▲ error: icmp-unreachable
   6.5506    #68               ─ ACK seq 19 ack 26 len 24 again ─▶
   6.7666    #70               ─ ACK seq 19 ack 26 len 24 again ─▶

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in ESTABLISHED
the server ended in ESTABLISHED

error 10.9.22.254 reported “host unreachable” for 10.9.22.2:8080
icmp-unreachable · #9, #71 · RFC 9293 §3.9.2.2 MUST-54, §3.9.2.2 MUST-56,
§3.9.2.2 SHLD-25; RFC 5461 §2.2
`,
  'idle-no-liveness-check': `connection 0: 10.9.6.1:40000 ↔ 10.9.6.2:8080
from 2026-11-21 04:53:14.940 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0108     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0109     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0668     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0779     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0780     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0780     #7               ─────── ACK seq 19 ack 26 ────────▶
                               ▲ info: idle-no-liveness-check
                                       ⋮ 2 h of silence ⋮
7205.5803        ESTABLISHED            the capture ends           ESTABLISHED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in ESTABLISHED
the server ended in ESTABLISHED

info 10.9.6.1:40000 and 10.9.6.2:8080 have been silent for 2 h, without
keep-alive
idle-no-liveness-check · #7 · RFC 9293 §3.8.4 MUST-25, §3.8.4 MUST-28, §3.5.1;
RFC 5382 §5 REQ-5
`,
  'syn-unanswered': `connection 0: 10.9.42.1:40000 ↔ 10.9.42.2:8080
from 2026-11-20 23:58:59.819 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   1.0301     #2               ──────── SYN seq 0 again ─────────▶
   2.0541     #3               ──────── SYN seq 0 again ─────────▶
   3.0780     #4               ──────── SYN seq 0 again ─────────▶
   4.1061     #5               ──────── SYN seq 0 again ─────────▶
   5.1260     #6               ──────── SYN seq 0 again ─────────▶
                               ▲ error: syn-unanswered

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in SYN-SENT
nothing from the server was captured: its state is unknown

error 10.9.42.1:40000 sent 6 SYNs to 10.9.42.2:8080 over 5.1 s without any
answer
syn-unanswered · #1, #2, #6 · RFC 9293 §3.8.3 MUST-23, §3.8.3 MUST-22;
RFC 6298 §2, §5
`,
  'syn-ack-unanswered': `connection 0: 10.9.2.1:40000 ↔ 10.9.2.2:8080
from 2026-11-21 05:01:03.815 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0001     #2 ESTABLISHED✗  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   1.0028     #3 ESTABLISHED✗  ◀─── SYN,ACK seq 0 ack 1 again ────
   1.0084     #4               ──────── SYN seq 0 again ─────────▶
   1.0085     #5 ESTABLISHED✗  ◀─── SYN,ACK seq 0 ack 1 again ────
   2.0322     #6               ──────── SYN seq 0 again ─────────▶
   2.0323     #7               ◀─── SYN,ACK seq 0 ack 1 again ────
   3.0575     #8               ──────── SYN seq 0 again ─────────▶
   3.0576     #9               ◀─── SYN,ACK seq 0 ack 1 again ────
   4.0802    #10               ──────── SYN seq 0 again ─────────▶
   4.0802    #11               ◀─── SYN,ACK seq 0 ack 1 again ────
   5.1043    #12               ──────── SYN seq 0 again ─────────▶
   5.1044    #13               ◀─── SYN,ACK seq 0 ack 1 again ────
   7.1147    #14               ◀─── SYN,ACK seq 0 ack 1 again ────
                               ▲ warning: syn-ack-unanswered

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client's ESTABLISHED of #2 was disproved by #3
the client's ESTABLISHED of #3 was disproved by #4
the client's ESTABLISHED of #5 was disproved by #6
the client ended in SYN-SENT
the server ended in SYN-RECEIVED

warning 10.9.2.2:8080 repeated its SYN-ACK to 10.9.2.1:40000 7 times; the
handshake was never completed
syn-ack-unanswered · #2, #3, #14 · RFC 9293 §3.10.7.4, §3.8.3 MUST-23;
Linux ip-sysctl tcp_synack_retries
`,
  'handshake-aborted': `connection 0: 10.9.51.1:40000 ↔ 10.9.51.2:8080
from 2026-11-20 23:59:08.996 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0107     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED?
   0.0662     #4 CLOSED        ────── RST,ACK seq 1 ack 1 ───────▶ CLOSED?
                               ▲ info: handshake-aborted

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

info 10.9.51.1:40000 reset the connection 66 ms after the SYN-ACK, before any
data
handshake-aborted · #2, #4 · RFC 9293 §3.5.2
`,
  'accept-queue-overflow': `connection 2: 10.9.1.1:40002 ↔ 10.9.1.2:8080
from 2026-11-21 05:01:02.947 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #6 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #7 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0104     #9               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✗
   0.2041    #12               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.4161    #13                PSH,ACK seq 1 ack 1 len 18 again ▶
   0.6320    #14                PSH,ACK seq 1 ack 1 len 18 again ▶
   1.0068    #15               ◀─── SYN,ACK seq 0 ack 1 again ────
   1.0181    #16               ──────── ACK seq 19 ack 1 ────────▶ ESTABLISHED✗
   1.0761    #17                PSH,ACK seq 1 ack 1 len 18 again ▶
   1.9401    #18                PSH,ACK seq 1 ack 1 len 18 again ▶
   3.6683    #19                PSH,ACK seq 1 ack 1 len 18 again ▶
   3.6684    #20 CLOSED?       ◀─────────── RST seq 1 ──────────── CLOSED
                               ▲ warning: accept-queue-overflow

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server's ESTABLISHED of #9 was disproved by #15
the server's ESTABLISHED of #16 was disproved by #20
the server ended in CLOSED

warning 10.9.1.2:8080 repeated its SYN-ACK although 10.9.1.1:40002 had sent
data: its accept queue is probably full
accept-queue-overflow · #7, #12, #15, #20 · RFC 9293 §3.10.7.4; listen(2) NOTES;
Linux net/ipv4/tcp_minisocks.c tcp_check_req;
Linux ip-sysctl tcp_abort_on_overflow
`,
  'fast-open-refused': `connection 1: 10.9.1.1:40001 ↔ 10.9.1.2:8080
from 2026-11-26 01:30:55.506 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000    #12 SYN-SENT      ──────── SYN seq 0 len 18 ────────▶
   0.0117    #13 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0117    #14               ─── PSH,ACK seq 1 ack 1 len 18 ───▶ ESTABLISHED✓
                               ▲ info: fast-open-refused
   0.0283    #15               ◀──────── ACK seq 1 ack 19 ────────
   0.0324    #16               ◀── PSH,ACK seq 1 ack 19 len 19 ───
   0.0324    #17               ─────── ACK seq 19 ack 20 ────────▶
   0.1334    #18 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 20 ──────▶ CLOSE-WAIT✓
   0.1992    #19 FIN-WAIT-2?   ◀─────── ACK seq 20 ack 20 ────────
   0.2029    #20 TIME-WAIT✓    ◀───── FIN,ACK seq 20 ack 20 ────── LAST-ACK
   0.2030    #21               ─────── ACK seq 20 ack 21 ────────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

info 10.9.1.2:8080 did not accept the 18 bytes that 10.9.1.1:40001 sent with its
SYN
fast-open-refused · #12, #13, #14 · RFC 7413 §4.2.2; RFC 9293 §3.10.7.3;
Linux ip-sysctl tcp_fastopen
`,
  'ecn-syn-unanswered': `connection 0: 10.9.35.1:40000 ↔ 10.9.35.2:8080
from 2026-11-20 23:58:52.834 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   1.0071     #2               ──────── SYN seq 0 again ─────────▶
   1.0175     #3 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
                               ▲ info: ecn-syn-unanswered
   1.0176     #4               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   1.0732     #5               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   1.0848     #6               ◀──────── ACK seq 1 ack 19 ────────
   1.0848     #7               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   1.0848     #8               ─────── ACK seq 19 ack 26 ────────▶
   1.1860     #9 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✓
   1.2403    #10 FIN-WAIT-2?   ◀─────── ACK seq 26 ack 20 ────────
   1.2472    #11 TIME-WAIT✓    ◀───── FIN,ACK seq 26 ack 20 ────── LAST-ACK
   1.2472    #12               ─────── ACK seq 20 ack 27 ────────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

info 10.9.35.2:8080 answered 10.9.35.1:40000 only when its SYN no longer asked
for ECN
ecn-syn-unanswered · #1, #2, #3 · RFC 3168 §6.1.1.1; RFC 3360 §3; RFC 6298 §2
`,
  'handshake-delayed': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-26 16:06:17.334 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   1.0094     #2               ──────── SYN seq 0 again ─────────▶
   2.0334     #3               ──────── SYN seq 0 again ─────────▶
   3.0574     #4               ──────── SYN seq 0 again ─────────▶
   4.0814     #5               ──────── SYN seq 0 again ─────────▶
   5.1054     #6               ──────── SYN seq 0 again ─────────▶
   7.1214     #7               ──────── SYN seq 0 again ─────────▶
   7.1335     #8 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
                               ▲ warning: handshake-delayed
   7.1336     #9               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   7.1411    #10               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   7.1536    #11               ◀──────── ACK seq 1 ack 19 ────────
   7.1537    #12               ◀── PSH,ACK seq 1 ack 19 len 19 ───
   7.1537    #13               ─────── ACK seq 19 ack 20 ────────▶
   7.1548    #14 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 20 ──────▶ CLOSE-WAIT✓
   7.1674    #15 FIN-WAIT-2?   ◀───── FIN,ACK seq 20 ack 20 ────── LAST-ACK
                 TIME-WAIT✓
   7.1674    #16               ─────── ACK seq 20 ack 21 ────────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

warning 10.9.1.1:40000 waited 7.1 s until 10.9.1.2:8080 was connected: its SYN
was sent again 6 times
handshake-delayed · #1, #2, #7, #8 · RFC 9293 §3.8.3 MUST-22; RFC 6298 §2, §5;
Linux ip-sysctl tcp_syn_retries
`,
  'half-open-syn-challenge': `connection 0: 10.9.24.1:40000 ↔ 10.9.24.2:8080
from 2026-11-20 23:58:41.396 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0105     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0660     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0661     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0662     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0765     #7               ─────── ACK seq 19 ack 26 ────────▶

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

warning 10.9.24.1:40000 opened anew a connection that 10.9.24.2:8080 still held
half-open-syn-challenge · #8, #9, #10 · RFC 9293 §3.5.1; RFC 5961 §4.2;
RFC 9293 §3.5.2, §3.10.7.4
`,
  'simultaneous-open': `connection 0: 10.9.41.1:40000 ↔ 10.9.41.2:8080
from 2026-11-20 23:58:58.682 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0052     #2 SYN-RECEIVED✓ ◀─────────── SYN seq 0 ──────────── SYN-SENT
                               ▲ info: simultaneous-open
   0.0052     #3               ─── SYN,ACK seq 0 ack 1 again ────▶ SYN-RECEIVED✓
                                                                   ESTABLISHED✓
   0.0103     #4 ESTABLISHED✓  ◀─── SYN,ACK seq 0 ack 1 again ────
   0.0103     #5               ──────── ACK seq 1 ack 1 ─────────▶
   0.0158     #6               ◀──────── ACK seq 1 ack 1 ─────────
   0.2003     #7               ─── PSH,ACK seq 1 ack 1 len 16 ───▶
   0.2056     #8 FIN-WAIT-1    ────── FIN,ACK seq 17 ack 1 ──────▶ CLOSE-WAIT✓
   0.2106     #9               ◀──────── ACK seq 1 ack 17 ────────
   0.2602    #10 FIN-WAIT-2?   ◀──────── ACK seq 1 ack 18 ────────
   0.3168    #11 TIME-WAIT✓    ◀────── FIN,ACK seq 1 ack 18 ────── LAST-ACK
   0.3168    #12               ──────── ACK seq 18 ack 2 ────────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

info 10.9.41.1:40000 and 10.9.41.2:8080 opened the connection at the same time
simultaneous-open · #1, #2 · RFC 9293 §3.5 MUST-10, §3.10.7.3;
RFC 1122 §4.2.2.10
`,
  'self-connect': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.1:40000
from 2026-11-27 05:28:31.046 UTC; times count from there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶ SYN-SENT
                 SYN-RECEIVED✓
   0.0000     #2 ESTABLISHED✓  ─── SYN,ACK seq 0 ack 1 again ────▶ SYN-RECEIVED✓
                                                                   ESTABLISHED✓
   0.0000     #3               ──────── ACK seq 1 ack 1 ─────────▶
   0.0506     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0507     #5               ─────── ACK seq 19 ack 19 ────────▶
   1.0523     #6 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 19 ──────▶ FIN-WAIT-1
                 CLOSING✓                                          CLOSING✓
   1.0524     #7 TIME-WAIT?    ─────── ACK seq 20 ack 20 ────────▶ TIME-WAIT?
                               ▲ warning: self-connect

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in TIME-WAIT

warning 10.9.1.1:40000 is connected to itself
self-connect · #1, #2, #7 · RFC 9293 §3.5 MUST-10, §3.10.7.3;
RFC 1122 §4.2.2.10; Linux ip-sysctl ip_local_port_range
`,
  'split-handshake': `connection 0: 10.9.41.1:40000 ↔ 10.9.41.2:8080
from 2026-11-20 23:58:58.677 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0105     #2 SYN-RECEIVED✓ ◀─────────── SYN seq 0 ──────────── SYN-SENT
   0.0105     #3               ─── SYN,ACK seq 0 ack 1 again ────▶ SYN-RECEIVED?
                                                                   ESTABLISHED✓
                               ▲ info: split-handshake
   0.0211     #4 ESTABLISHED✓  ◀──────── ACK seq 1 ack 1 ─────────
   0.2056     #5               ─── PSH,ACK seq 1 ack 1 len 16 ───▶
   0.2109     #6 FIN-WAIT-1    ────── FIN,ACK seq 17 ack 1 ──────▶ CLOSE-WAIT✓
   0.2159     #7               ◀──────── ACK seq 1 ack 17 ────────
   0.2655     #8 FIN-WAIT-2?   ◀──────── ACK seq 1 ack 18 ────────
   0.3221     #9 TIME-WAIT✓    ◀────── FIN,ACK seq 1 ack 18 ────── LAST-ACK
   0.3221    #10               ──────── ACK seq 18 ack 2 ────────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

info 10.9.41.2:8080 answered the SYN of 10.9.41.1:40000 with a SYN of its own
split-handshake · #1, #2, #3 · RFC 9293 §3.5 MUST-10, §3.10.7.3
`,
  'tls-alert': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8443
from 2026-11-27 22:43:48.743 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0001     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0119     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0715     #4               ── PSH,ACK seq 1 ack 1 len 517 ───▶
   0.0716     #5               ◀─────── ACK seq 1 ack 518 ────────
   0.0734     #6               ◀─ PSH,ACK seq 1 ack 518 len 517 ──
   0.0855     #7               ────── ACK seq 518 ack 518 ───────▶
   0.0866     #8               ─ PSH,ACK seq 518 ack 518 len 7 ──▶
                               ▲ warning: tls-alert
   0.0878     #9 FIN-WAIT-1    ──── FIN,ACK seq 525 ack 518 ─────▶ CLOSE-WAIT✓
   0.0892    #10 FIN-WAIT-2?   ◀──── FIN,ACK seq 518 ack 526 ───── LAST-ACK
                 TIME-WAIT✓
   0.0999    #13               ────── ACK seq 526 ack 519 ───────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

warning 10.9.1.1:40000 ended the TLS handshake with 10.9.1.2:8443: unknown_ca
tls-alert · #8 · RFC 8446 §6.2
`,
  'time-wait-port-reuse': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-26 07:37:00.308 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0122     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0123     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0712     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0832     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0844     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0844     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1920     #8 CLOSE-WAIT✓   ◀───── FIN,ACK seq 26 ack 19 ────── FIN-WAIT-1
   0.2356     #9               ─────── ACK seq 19 ack 27 ────────▶ FIN-WAIT-2?
   0.2429    #10 LAST-ACK      ───── FIN,ACK seq 19 ack 27 ──────▶ TIME-WAIT✓
   0.2540    #11 CLOSED?       ◀─────── ACK seq 27 ack 20 ────────

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

warning 10.9.1.1:40000 used its port again 502 ms after 10.9.1.2:8080 entered
TIME-WAIT: answered with old numbers
time-wait-port-reuse · #10, #12, #13, #14, #16 · RFC 9293 §3.6.1 MAY-2,
§3.6.1 MUST-13, §3.6.1 SHLD-4, §3.10.7.4
`,
  'zero-window-stall': `connection 0: 10.9.58.1:40000 ↔ 10.9.58.2:8080
from 2026-11-20 23:59:16.055 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0112     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0112     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0165     #4               ── PSH,ACK seq 1 ack 1 len 1160 ──▶
   0.0167     #5               ── ACK seq 1161 ack 1 len 1448 ───▶
   0.0269      …               ⋮ 7 segments, 2.9 kB →   ← 6 segments, 0 B ⋮
   7.0768    #19               ◀──── ACK seq 1 ack 4057 win 0 ────
                                     ⋮ 7.157 s of silence ⋮
  14.2342    #20               ──── ACK seq 4056 ack 1 probe ────▶
  14.2450    #21               ◀──── ACK seq 1 ack 4057 win 0 ────
                               ▲ warning: zero-window-stall
                                     ⋮ 4.724 s of silence ⋮
  18.9688        ESTABLISHED            the capture ends           ESTABLISHED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in ESTABLISHED
the server ended in ESTABLISHED

warning 10.9.58.2:8080 has kept its window closed for 18.9 s: its application
does not read
zero-window-stall · #9, #11, #20, #21 · RFC 9293 §3.8.6.1 MAY-8,
§3.8.6.1 MUST-37, §3.8.6.1 MUST-36, §3.8.6.1 SHLD-29
`,
  'window-scale-lost': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-27 23:12:56.839 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0118     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0119     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0702     #4               ─── PSH,ACK seq 1 ack 1 len 10 ───▶
   0.0821     #5               ◀──────── ACK seq 1 ack 11 ────────
                               ▲ warning: window-scale-lost
   0.0832     #6               ◀─── PSH,ACK seq 1 ack 11 len 4 ───
   0.0832     #7               ──────── ACK seq 11 ack 5 ────────▶
   0.2982      …               ⋮ 31 segments, 2.0 kB →   ← 30 segments, 0 B ⋮
   7.1809    #69               ◀─────── ACK seq 5 ack 1995 ───────
   7.1810    #70               ─ PSH,ACK seq 1995 ack 5 len 16 ──▶
   7.1885    #71 FIN-WAIT-1    ───── FIN,ACK seq 2011 ack 5 ─────▶ CLOSE-WAIT✓
   7.1927    #72               ◀─────── ACK seq 5 ack 2011 ───────
   7.1999    #73 FIN-WAIT-2?   ◀───── FIN,ACK seq 5 ack 2012 ───── LAST-ACK
                 TIME-WAIT✓
   7.2000    #74               ─────── ACK seq 2012 ack 6 ───────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

warning 10.9.1.2:8080 offers 64 bytes right behind a SYN-ACK that offered much
more: its window scale was probably lost on the way
window-scale-lost · #2, #5 · RFC 7323 §2.2
`,
  'zero-window-probe-unanswered': `connection 0: 10.9.9.1:40000 ↔ 10.9.9.2:8080
from 2026-11-21 04:53:18.100 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0119     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0120     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0197     #4               ── PSH,ACK seq 1 ack 1 len 1160 ──▶
   0.0197     #5               ── ACK seq 1161 ack 1 len 1448 ───▶
   0.0305      …               ⋮ 4 segments, 2.9 kB →   ← 4 segments, 0 B ⋮
   1.6617    #14               ──── ACK seq 4056 ack 1 probe ────▶
   3.4577    #15               ──── ACK seq 4056 ack 1 probe ────▶
                                     ⋮ 3.548 s of silence ⋮
   7.0057    #16               ──── ACK seq 4056 ack 1 probe ────▶
                               ▲ error: zero-window-probe-unanswered
                                     ⋮ 6.968 s of silence ⋮
  13.9736        ESTABLISHED            the capture ends           ESTABLISHED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in ESTABLISHED
the server ended in ESTABLISHED

error 4 window probes from 10.9.9.1:40000 went unanswered for 6.7 s while the
window of 10.9.9.2:8080 was closed
zero-window-probe-unanswered · #11, #12, #16 · RFC 9293 §3.8.6.1 MUST-37,
§3.8.6.1 MUST-36; tcp(7) ERRORS
`,
  'pmtu-black-hole': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-21 05:18:54.184 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0122     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0123     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0708     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0822     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0835      …               ⋮ 7 segments, 8.3 kB →   ← 2 segments, 25 B ⋮
   0.8737    #15                ACK seq 19 ack 26 len 1448 again ▶
   1.7698    #16                ACK seq 19 ack 26 len 1448 again ▶
   3.5338    #17                ACK seq 19 ack 26 len 1448 again ▶
                               ▲ error: pmtu-black-hole
                                     ⋮ 4.045 s of silence ⋮
   7.5786        ESTABLISHED            the capture ends           ESTABLISHED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in ESTABLISHED
the server ended in ESTABLISHED

error Segments of 1,448 bytes from 10.9.1.1:40000 are never acknowledged,
smaller ones were
pmtu-black-hole · #11, #12, #17 · RFC 2923 §2.1; RFC 9293 §3.7.2,
§3.8.3 MUST-20; Linux ip-sysctl tcp_mtu_probing
`,
  'pmtu-reduced': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-26 07:52:44.491 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0119     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0120     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0704     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0816     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0828      …               ⋮ 7 segments, 6.9 kB →   ← 1 segment, 25 B ⋮
   0.1851    #11 ◆ ICMP type 3 code 4 from 10.9.1.254 (2 until #15)
   0.1924    #16 FIN-WAIT-1    ──── FIN,ACK seq 4019 ack 26 ─────▶ CLOSE-WAIT✗
               …               ⋮ 1 segment, 1.1 kB →   ← 2 segments, 0 B ⋮
   0.1964    #20               ─ ACK seq 1167 … len 1148 again ──▶
                               ▲ info: pmtu-reduced
   0.1964    #21               ── ACK seq 2315 … len 600 again ──▶ CLOSE-WAIT✓
   0.1964    #22               ◀────── ACK seq 26 ack 2315 ───────
   0.1966    #23               ◀────── ACK seq 26 ack 4019 ───────
   0.2081    #24 FIN-WAIT-2?   ◀────── ACK seq 26 ack 4020 ───────
   0.2082    #25               ◀────── ACK seq 26 ack 4020 ───────
   0.2082    #26               ◀────── ACK seq 26 ack 4020 ───────
   0.2553    #27 TIME-WAIT✓    ◀──── FIN,ACK seq 26 ack 4020 ───── LAST-ACK
   0.2554    #28               ────── ACK seq 4020 ack 27 ───────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server's CLOSE-WAIT of #16 was disproved by #18
the server ended in CLOSED

info 10.9.1.254 asked 10.9.1.1:40000 for packets of at most 1,200 bytes to
10.9.1.2:8080
pmtu-reduced · #11, #15, #20 · RFC 9293 §3.7.2; RFC 1191 §3, §4; RFC 5927 §5.2
`,
  'delivery-stall': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-26 14:04:33.040 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0115     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0116     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0682     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0801     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0813      …               ⋮ 5 segments, 88 B →   ← 1 segment, 25 B ⋮
   1.9112    #12               ─ ACK seq 19 ack 26 len 22 again ─▶
   3.6392    #13               ─ ACK seq 19 ack 26 len 22 again ─▶
                                     ⋮ 3.584 s of silence ⋮
   7.2232    #14               ─ ACK seq 19 ack 26 len 22 again ─▶
                               ▲ warning: delivery-stall
   7.2352    #15               ◀── PSH,ACK seq 26 ack 41 len 19 ──
   7.2352    #16               ─────── ACK seq 41 ack 45 ────────▶
   7.2361    #17 FIN-WAIT-1    ───── FIN,ACK seq 41 ack 45 ──────▶ CLOSE-WAIT✓
   7.2489    #18 FIN-WAIT-2?   ◀───── FIN,ACK seq 45 ack 42 ────── LAST-ACK
                 TIME-WAIT✓
   7.2489    #19               ─────── ACK seq 42 ack 46 ────────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

warning 10.9.1.1:40000 had to send the same data 7 times over 7 s before it was
acknowledged
delivery-stall · #9, #14 · RFC 9293 §3.10.8, §3.8.3 SHLD-10; RFC 6298 §5
`,
  'retransmission-storm': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-26 01:38:25.374 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0219     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0281     #4               ─── PSH,ACK seq 1 ack 1 len 13 ───▶
   0.0281     #5               ◀──────── ACK seq 1 ack 14 ────────
   0.0283      …                     ⋮ 204 segments, 0 B → ⋮
                                  ⋮ ← 307 segments, 158.9 kB ⋮
   0.8530   #517               ◀─ ACK seq 99957 … len 524 again ──
   0.8554   #518               ────── ACK seq 14 ack 99957 ──────▶
   1.0698   #519               ◀─ ACK seq 99957 … len 524 again ──
                               ▲ warning: retransmission-storm
   1.0830   #520               ───── ACK seq 14 ack 120001 ──────▶
   1.0838   #521 FIN-WAIT-1    ─── FIN,ACK seq 14 ack 120001 ────▶ CLOSE-WAIT✓
   1.1298   #522 FIN-WAIT-2?   ◀───── ACK seq 120001 ack 15 ──────
   1.1433   #523 TIME-WAIT✓    ◀─── FIN,ACK seq 120001 ack 15 ──── LAST-ACK
   1.1552   #524               ───── ACK seq 15 ack 120002 ──────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

warning 77 of the 313 segments of 10.9.1.2:8080 are retransmissions: 24.6 %
retransmission-storm · #519 · RFC 9293 §3.10.8, §3.8.2 MUST-19; RFC 5681 §3.2;
RFC 6298 §5
`,
  'sack-elsewhere': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-27 05:59:28.569 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0123     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0686     #4               ─── PSH,ACK seq 1 ack 1 len 13 ───▶
   0.0687     #5               ◀──────── ACK seq 1 ack 14 ────────
   0.0698      …               ⋮ 34 segments, 0 B →   ← 44 segments, 62.1 kB ⋮
   0.3855    #84               ────── ACK seq 14 ack 41993 ──────▶
                               ▲ warning: sack-elsewhere
   0.5898    #85               ◀─ ACK seq 41993 … len 1448 again ─
   1.0258    #86               ◀─ ACK seq 41993 … len 1448 again ─
   1.0373    #87               ────── ACK seq 14 ack 60001 ──────▶
   1.0374    #88 FIN-WAIT-1    ──── FIN,ACK seq 14 ack 60001 ────▶ CLOSE-WAIT✓
   1.0779    #89 FIN-WAIT-2?   ◀────── ACK seq 60001 ack 15 ──────
   1.0886    #90 TIME-WAIT✓    ◀──── FIN,ACK seq 60001 ack 15 ──── LAST-ACK
   1.1002    #91               ────── ACK seq 15 ack 60002 ──────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

warning 10.9.1.1:40000 acknowledges selectively what 10.9.1.2:8080 never sent
sack-elsewhere · #54, #84 · RFC 2018 §3, §5;
Linux snmp_counter TcpExtTCPSACKDiscard
`,
  'out-of-order-delivery': `connection 0: 10.9.2.1:40000 ↔ 10.9.2.2:8080
from 2026-11-26 01:38:26.501 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0166     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0167     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0272     #4               ─── PSH,ACK seq 1 ack 1 len 13 ───▶
   0.0383     #5               ◀──────── ACK seq 1 ack 14 ────────
   0.0386      …               ⋮ 9 segments, 0 B →   ← 9 segments, 4.7 kB ⋮
   0.0428    #24               ◀ PSH,ACK seq 3669 ack 14 len 524 ─
                               ▲ info: out-of-order-delivery
   0.1708      …                     ⋮ 212 segments, 0 B → ⋮
                                  ⋮ ← 226 segments, 116.9 kB ⋮
   0.1709   #463               ◀─ ACK seq 119345 ack 14 len 524 ──
   0.1709   #464               ───── ACK seq 14 ack 120001 ──────▶
   0.1711   #465 FIN-WAIT-1    ─── FIN,ACK seq 14 ack 120001 ────▶ CLOSE-WAIT✓
   0.2373   #466 FIN-WAIT-2?   ◀───── ACK seq 120001 ack 15 ──────
   0.2377   #467 TIME-WAIT✓    ◀─── FIN,ACK seq 120001 ack 15 ──── LAST-ACK
   0.2377   #468               ───── ACK seq 15 ack 120002 ──────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

info 46 of the 241 segments of 10.9.2.2:8080 came out of order: 19.1 %
out-of-order-delivery · #13, #24 · RFC 5681 §3.2; RFC 9293 §3.8.6.3,
§3.10.7.4 SHLD-31
`,
  'close-wait-pileup': `connection 0: 10.9.2.1:40000 ↔ 10.9.2.2:8080
from 2026-11-21 04:57:11.285 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0108     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0166     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0166     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0169     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0275     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.6459    #36 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✓
   0.6882    #37 FIN-WAIT-2?   ◀─────── ACK seq 26 ack 20 ────────
                                      ⋮ 63.6 s of silence ⋮
  64.2666        FIN-WAIT-2             the capture ends           CLOSE-WAIT

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in FIN-WAIT-2
the server ended in CLOSE-WAIT

error 4 of the 4 connections to 10.9.2.2:8080 that entered CLOSE-WAIT are stuck
in it

the ladder shows the first of 4 connections
`,
  'peer-host-lost': `connection 0: 10.9.11.1:40000 ↔ 10.9.11.2:8080
from 2026-11-21 04:53:20.264 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0129     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0130     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0207     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0320     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0320      …               ⋮ 4 segments, 72 B →   ← 1 segment, 25 B ⋮
   1.2894    #31               ─ ACK seq 19 ack 26 len 24 again ─▶
   2.1854    #34               ─ ACK seq 19 ack 26 len 24 again ─▶

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in ESTABLISHED
the server ended in ESTABLISHED

error All 3 connections that wait for 10.9.11.2 were last answered within the
same 272 ms

the ladder shows the first of 3 connections
`,
  'host-restarted': `connection 0: 10.9.12.1:40000 ↔ 10.9.12.2:8080
from 2026-11-21 04:53:21.401 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0106     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0107     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0173     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0295     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0301     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0301     #7               ─────── ACK seq 19 ack 26 ────────▶
   1.4024    #22               ── PSH,ACK seq 19 ack 26 len 24 ──▶
   1.4132    #23 CLOSED?       ◀─────────── RST seq 26 ─────────── CLOSED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

info 10.9.12.2 may have restarted: it no longer knew 3 of its connections

the ladder shows the first of 3 connections
`,
  'address-moved': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-27 16:50:24.859 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0117     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0180     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0180     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0188     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0307     #7               ─────── ACK seq 19 ack 26 ────────▶
   1.4161    #22               ── PSH,ACK seq 19 ack 26 len 24 ──▶
   1.4162    #23 CLOSED?       ◀─────────── RST seq 26 ─────────── CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

error The address 10.9.1.2 moved to another machine, which reset 3 of its
connections

the ladder shows the first of 3 connections
`,
  'nat-mapping-changed': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:80
from 2026-11-27 05:18:29.261 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0111     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0112     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0186     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0309     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0310     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0310     #7               ─────── ACK seq 19 ack 26 ────────▶
                                      ⋮ 37.1 s of silence ⋮
  37.1467    #10               ── PSH,ACK seq 19 ack 26 len 24 ──▶
  37.1585    #11 CLOSED?       ◀─────────── RST seq 26 ─────────── CLOSED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

warning 10.9.1.2:80 went on as 10.9.1.2:8080: its address translation was lost

the ladder shows the first of 2 connections
`,
  'endpoint-mass-close': `connection 0: 10.9.14.1:40000 ↔ 10.9.14.2:8080
from 2026-11-21 04:53:22.969 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0109     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0109     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0114     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0226     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0226     #6               ◀── PSH,ACK seq 1 ack 19 len 19 ───
   0.0226     #7               ─────── ACK seq 19 ack 20 ────────▶
                                     ⋮ 3.288 s of silence ⋮
   3.3101    #34 CLOSE-WAIT✓   ◀───── FIN,ACK seq 20 ack 19 ────── FIN-WAIT-1
   3.3529    #35               ─────── ACK seq 19 ack 21 ────────▶ FIN-WAIT-2?
   3.6047    #38 LAST-ACK      ───── FIN,ACK seq 19 ack 21 ──────▶ TIME-WAIT✓
   3.6159    #41 CLOSED?       ◀─────── ACK seq 21 ack 20 ────────

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in TIME-WAIT

warning 10.9.14.2:8080 ended 4 connections within 1.9 ms (3 FIN, 1 RST)

the ladder shows the first of 4 connections
`,
  'loss-bursts': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-27 20:16:13.179 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0117     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0117     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0184     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0295     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0306      …               ⋮ 18 segments, 270 B →   ← 6 segments, 138 B ⋮
   7.1637   #175               ◀─ PSH,ACK seq 139 ack 145 len 19 ─
   7.1637   #176               ────── ACK seq 145 ack 158 ───────▶

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in ESTABLISHED
the server ended in ESTABLISHED

warning Segments of 6 connections of 10.9.1.1 to 10.9.1.2 were lost in 3 bursts
of up to 500 ms

the ladder shows the first of 6 connections
`,
  'idle-reset-interval': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-21 05:07:16.608 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0109     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0109     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0173     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0282     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0283     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0283     #7               ─────── ACK seq 19 ack 26 ────────▶
                                      ⋮ 31.1 s of silence ⋮
  31.1292     #8               ── PSH,ACK seq 19 ack 26 len 24 ──▶
  31.1401     #9 CLOSED?       ◀─────────── RST seq 26 ─────────── CLOSED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

warning 3 connections to 10.9.1.2:8080 were reset on their first use after 31 s
of silence

the ladder shows the first of 3 connections
`,
  'turned-away': `connection 2: 10.9.1.1:40002 ↔ 10.9.1.2:8080
from 2026-11-27 19:21:46.634 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000    #15 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0123    #16 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0123    #17               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0451    #18               ◀─── PSH,ACK seq 1 ack 1 len 36 ───
   0.0451    #19               ──────── ACK seq 1 ack 37 ────────▶
   0.0453    #20 CLOSE-WAIT✓   ◀────── FIN,ACK seq 37 ack 1 ────── FIN-WAIT-1
   0.0598    #21               ── PSH,ACK seq 1 ack 38 len 18 ───▶ FIN-WAIT-2?
   0.0700    #22 CLOSED?       ◀─────────── RST seq 38 ─────────── CLOSED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

warning 10.9.1.2:8080 turned away 6 of 8 connections, right after it had
accepted them

the ladder shows the first of 6 connections
`,
  'answer-timeout': `connection 2: 10.9.1.1:40002 ↔ 10.9.1.2:8080
from 2026-11-26 16:21:28.407 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000    #19 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0109    #22 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0109    #23               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0248    #24               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0362    #25               ◀──────── ACK seq 1 ack 19 ────────
   1.0335    #26 FIN-WAIT-1    ────── FIN,ACK seq 19 ack 1 ──────▶ CLOSE-WAIT✓
   1.0460    #28 FIN-WAIT-2?   ◀────── FIN,ACK seq 1 ack 20 ────── LAST-ACK
                 TIME-WAIT✓
   1.0461    #29               ──────── ACK seq 20 ack 2 ────────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

warning Clients of 10.9.1.2:8080 gave up on 3 connections, 1 s after their last
data, without an answer

the ladder shows the first of 3 connections
`,
  'closed-unanswered': `connection 4: 10.9.1.1:40004 ↔ 10.9.1.2:8080
from 2026-11-27 20:00:48.745 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000    #13 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0118    #14 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0118    #15               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.5075    #38               ─── PSH,ACK seq 1 ack 1 len 24 ───▶
   0.5197    #39               ◀──────── ACK seq 1 ack 25 ────────
   2.5209    #44 CLOSE-WAIT✓   ◀────── FIN,ACK seq 1 ack 25 ────── FIN-WAIT-1
   2.5224    #45 LAST-ACK      ────── FIN,ACK seq 25 ack 2 ──────▶ FIN-WAIT-2?
                                                                   TIME-WAIT✓
   2.5339    #46 CLOSED?       ◀──────── ACK seq 2 ack 26 ────────

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in TIME-WAIT

warning 10.9.1.2:8080 closed 3 connections 2 s after their clients’ last data,
without an answer

the ladder shows the first of 3 connections
`,
  'server-timeout': `connection 4: 10.9.1.1:40004 ↔ 10.9.1.2:8080
from 2026-11-27 23:33:15.424 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000    #13 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0126    #14 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0126    #15               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.5130    #38               ─── PSH,ACK seq 1 ack 1 len 24 ───▶
   0.5236    #39               ◀──────── ACK seq 1 ack 25 ────────
   2.5253    #44               ◀─── PSH,ACK seq 1 ack 25 len 8 ───
   2.5253    #45               ──────── ACK seq 25 ack 9 ────────▶
   2.5270    #46 CLOSE-WAIT✓   ◀────── FIN,ACK seq 9 ack 25 ────── FIN-WAIT-1
   2.5277    #47 LAST-ACK      ───── FIN,ACK seq 25 ack 10 ──────▶ FIN-WAIT-2?
                                                                   TIME-WAIT✓
   2.5385    #48 CLOSED?       ◀─────── ACK seq 10 ack 26 ────────

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in TIME-WAIT

info 10.9.1.2:8080 ended 3 connections 2 s after their clients’ last data, with
a last word: a timeout of its own

the ladder shows the first of 3 connections
`,
  'idle-close-interval': `connection 0: 10.9.2.1:40000 ↔ 10.9.2.2:8080
from 2026-11-27 20:00:49.628 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0125     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0126     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0734    #13               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0835    #14               ◀──────── ACK seq 1 ack 19 ────────
   0.0845    #15               ◀── PSH,ACK seq 1 ack 19 len 19 ───
   0.0845    #16               ─────── ACK seq 19 ack 20 ────────▶
                                     ⋮ 3.007 s of silence ⋮
   3.0916    #29 CLOSE-WAIT✓   ◀───── FIN,ACK seq 20 ack 19 ────── FIN-WAIT-1
   3.0924    #30 LAST-ACK      ───── FIN,ACK seq 19 ack 21 ──────▶ FIN-WAIT-2?
                                                                   TIME-WAIT✓
   3.1038    #31 CLOSED?       ◀─────── ACK seq 21 ack 20 ────────

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in TIME-WAIT

info 10.9.2.2:8080 closed 4 connections after 3 s of silence

the ladder shows the first of 4 connections
`,
  'time-wait-port-pressure': `connection 0: 10.9.1.1:40029 ↔ 10.9.1.2:8080
from 2026-11-21 04:55:02.548 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0108     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0109     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0168     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0276     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0276     #6               ◀── PSH,ACK seq 1 ack 19 len 19 ───
   0.0277     #7               ─────── ACK seq 19 ack 20 ────────▶
   0.0279     #8 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 20 ──────▶ CLOSE-WAIT✓
   0.0385     #9 FIN-WAIT-2?   ◀───── FIN,ACK seq 20 ack 20 ────── LAST-ACK
                 TIME-WAIT✓
   0.0386    #10               ─────── ACK seq 20 ack 21 ────────▶ CLOSED?
                                     ⋮ 3.730 s of silence ⋮
   3.7687        TIME-WAIT              the capture ends           CLOSED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

error 10.9.1.1 holds up to 40 ports to 10.9.1.2:8080 in TIME-WAIT, 100 % of its
ephemeral ports

the ladder shows the first of 40 connections
`,
  'recurring-finding': `connection 2: 10.9.40.1:40002 ↔ 10.9.40.2:8080
from 2026-11-20 23:58:57.833 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000    #20 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0106    #22 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0106    #23               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0107    #24               ─── PSH,ACK seq 1 ack 1 len 10 ───▶
   0.0213    #25               ◀──────── ACK seq 1 ack 11 ────────
   0.0213    #26 CLOSED?       ◀────── RST,ACK seq 1 ack 11 ────── CLOSED

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in CLOSED
the server ended in CLOSED

warning 29 of 172 connections to 10.9.40.2:8080: rst-active-abort

the ladder shows the first of 29 connections
`,
  'service-answers-others': `connection 1: 10.9.46.1:40001 ↔ 10.9.46.2:8080
from 2026-11-20 23:59:04.315 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #6 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   1.0185     #7               ──────── SYN seq 0 again ─────────▶
   2.0385     #8               ──────── SYN seq 0 again ─────────▶
   3.0625     #9               ──────── SYN seq 0 again ─────────▶
   4.0865    #10               ──────── SYN seq 0 again ─────────▶
   5.1145    #12               ──────── SYN seq 0 again ─────────▶
   7.1265    #15               ──────── SYN seq 0 again ─────────▶
                                     ⋮ 4.260 s of silence ⋮
  11.3865    #19               ──────── SYN seq 0 again ─────────▶

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in SYN-SENT
nothing from the server was captured: its state is unknown

error 2 of 3 connections to 10.9.46.2:8080 got no answer, after others had been
answered

the ladder shows the first of 2 connections
`,
  'capture-midstream': `connection 0: 10.9.5.1:40000 ↔ 10.9.5.2:8080
from 2026-11-20 23:58:22.334 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 ESTABLISHED?  ─── PSH,ACK seq 1 ack 1 len 18 ───▶ ESTABLISHED?
   0.0106     #2               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0106     #3               ─────── ACK seq 19 ack 26 ────────▶
   0.1109     #4 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✓
   0.1687     #5 FIN-WAIT-2?   ◀─────── ACK seq 26 ack 20 ────────
   0.2222     #6 TIME-WAIT✓    ◀───── FIN,ACK seq 26 ack 20 ────── LAST-ACK
   0.2222     #7               ─────── ACK seq 20 ack 27 ────────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

info The capture starts inside 1 connection
`,
  'capture-ended-early': `connection 0: 10.9.6.1:40000 ↔ 10.9.6.2:8080
from 2026-11-20 23:58:23.168 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0103     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0663     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0663     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0665     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0768     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.1772     #8 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✓
   0.2174     #9 FIN-WAIT-2?   ◀─────── ACK seq 26 ack 20 ────────

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in FIN-WAIT-2
the server ended in CLOSE-WAIT

info The capture ends too early to judge 1 connection
`,
  'capture-loss': `connection 0: 10.9.16.1:40000 ↔ 10.9.16.2:8080
from 2026-11-20 23:58:33.160 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0105     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0105     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0662     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0770     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0770      …               ⋮ 6 segments, 54 B →   ← 2 segments, 50 B ⋮
   1.6098    #14               ◀── PSH,ACK seq 76 ack 73 len 25 ──
   1.6098    #15               ─────── ACK seq 73 ack 101 ───────▶
   2.1102    #16 FIN-WAIT-1    ───── FIN,ACK seq 73 ack 101 ─────▶ CLOSE-WAIT✓
   2.1209    #17 FIN-WAIT-2?   ◀───── FIN,ACK seq 101 ack 74 ───── LAST-ACK
                 TIME-WAIT✓
   2.1209    #18               ─────── ACK seq 74 ack 102 ───────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

warning Segments of 1 connection were acknowledged but never captured
`,
  'capture-one-way': `connection 0: 10.9.7.1:40000 ↔ 10.9.7.2:8080
from 2026-11-20 23:58:24.147 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0104     #2 ESTABLISHED   ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED?
   0.0659     #3               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0764     #4               ─────── ACK seq 19 ack 26 ────────▶
   0.1766     #5 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT?
   0.2875     #6               ─────── ACK seq 20 ack 27 ────────▶

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in FIN-WAIT-1
no frame shows the server's SYN-RECEIVED: received SYN, sent SYN-ACK
the server ended in CLOSE-WAIT

warning Only one direction of 1 connection was captured
`,
  'capture-duplicates': `connection 0: 10.9.7.1:40000 ↔ 10.9.7.2:8080
from 2026-11-20 23:58:24.147 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2               ──────── SYN seq 0 again ─────────▶
   0.0104     #3 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0104     #4               ◀─── SYN,ACK seq 0 ack 1 again ────
   0.0104     #5               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0105     #6               ──────── ACK seq 1 ack 1 ─────────▶
   0.0659     #7               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0659      …               ⋮ 3 segments, 18 B →   ← 4 segments, 50 B ⋮
   0.1766    #15 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✓
   0.1767    #16               ── FIN,ACK seq 19 ack 26 again ───▶
   0.2274    #17 FIN-WAIT-2?   ◀─────── ACK seq 26 ack 20 ────────
   0.2275    #18               ◀─────── ACK seq 26 ack 20 ────────
   0.2874    #19 TIME-WAIT✓    ◀───── FIN,ACK seq 26 ack 20 ────── LAST-ACK
   0.2875    #20               ◀── FIN,ACK seq 26 ack 20 again ───
   0.2875    #21               ─────── ACK seq 20 ack 27 ────────▶ CLOSED?
   0.2875    #22               ─────── ACK seq 20 ack 27 ────────▶

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

info 11 frames in 1 connection appear twice
`,
  'capture-pause': `connection 0: 10.9.1.1:40000 ↔ 10.9.1.2:8080
from 2026-11-26 10:26:23.370 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0000     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0113     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0192     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0193     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0204     #6               ◀── PSH,ACK seq 1 ack 19 len 25 ───
   0.0316     #7               ─────── ACK seq 19 ack 26 ────────▶
   0.5293    #29 FIN-WAIT-1    ───── FIN,ACK seq 19 ack 26 ──────▶ CLOSE-WAIT✓
   0.5731    #30 FIN-WAIT-2?   ◀─────── ACK seq 26 ack 20 ────────
                                      ⋮ 16.5 s of silence ⋮
  17.1225        FIN-WAIT-2            the capture pauses          CLOSE-WAIT

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in FIN-WAIT-2
the server ended in CLOSE-WAIT

warning The capture paused for 49.8 s
`,
  'capture-snaplen': `connection 0: 10.9.4.1:40000 ↔ 10.9.4.2:8080
from 2026-11-20 23:58:21.119 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0105     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0106     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0659     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0766     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0766      …               ⋮ 4 segments, 0 B →   ← 4 segments, 5.8 kB ⋮
   0.0767    #14               ◀ PSH,ACK seq 5793 ack 19 len 208 ─
   0.0767    #15               ────── ACK seq 19 ack 6001 ───────▶
                                      ⋮ 90.2 s of silence ⋮
  90.3249    #16 FIN-WAIT-1    ──── FIN,ACK seq 19 ack 6001 ─────▶ CLOSE-WAIT✓
  90.3763    #17 FIN-WAIT-2?   ◀────── ACK seq 6001 ack 20 ───────
  90.4362    #18 TIME-WAIT✓    ◀──── FIN,ACK seq 6001 ack 20 ───── LAST-ACK
  90.4363    #19               ────── ACK seq 20 ack 6002 ───────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

info Frames of 1 connection were cut: payload is missing
`,
  'capture-offload': `connection 0: 10.9.57.1:40000 ↔ 10.9.57.2:8080
from 2026-11-20 23:59:15.116 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0111     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0111     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0164     #4               ── PSH,ACK seq 1 ack 1 len 1160 ──▶
   0.0164     #5               ── ACK seq 1161 ack 1 len 1448 ───▶
   0.0269      …               ⋮ 10 segments, 10.4 kB →   ← 10 segments, 0 B ⋮
   3.6103    #26               ◀────── ACK seq 1 ack 11297 ───────
   3.6103    #27               ◀────── ACK seq 1 ack 11601 ───────
   4.6062    #28 FIN-WAIT-1    ──── FIN,ACK seq 11601 ack 1 ─────▶ CLOSE-WAIT✓
   4.6584    #29 FIN-WAIT-2?   ◀────── ACK seq 1 ack 11602 ───────
   4.7170    #30 TIME-WAIT✓    ◀──── FIN,ACK seq 1 ack 11602 ───── LAST-ACK
   4.7170    #31               ────── ACK seq 11602 ack 2 ───────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

info Segments of 1 connection are larger than the MSS allows
`,
  'capture-clock': `connection 0: 10.9.16.1:40000 ↔ 10.9.16.2:8080
from 2026-11-20 23:58:33.160 UTC, captured near the client; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0105     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0105     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.0662     #4               ─── PSH,ACK seq 1 ack 1 len 18 ───▶
   0.0770     #5               ◀──────── ACK seq 1 ack 19 ────────
   0.0770      …               ⋮ 6 segments, 54 B →   ← 3 segments, 75 B ⋮
  -1.3902    #15               ◀── PSH,ACK seq 76 ack 73 len 25 ──
  -1.3902    #16               ─────── ACK seq 73 ack 101 ───────▶
  -0.8898    #17 FIN-WAIT-1    ───── FIN,ACK seq 73 ack 101 ─────▶ CLOSE-WAIT✓
  -0.8791    #18 FIN-WAIT-2?   ◀───── FIN,ACK seq 101 ack 74 ───── LAST-ACK
                 TIME-WAIT✓
  -0.8791    #19               ─────── ACK seq 74 ack 102 ───────▶ CLOSED?

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in TIME-WAIT
the server ended in CLOSED

info The clock ran backwards by up to 2.5 s on 1 connection
`,
};
