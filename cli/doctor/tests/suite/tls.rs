//! Connections that TLS refuses.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use mcp_scopes_doctor::Options;
use rustls::{
    ServerConfig, ServerConnection,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};

use crate::{
    server::Faults,
    support::{examined, rules, run},
};

/// A certificate that nothing trusts, and its key: `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1`.
const CERTIFICATE: &[u8] = include_bytes!("tls/certificate.der");
const KEY: &[u8] = include_bytes!("tls/key.der");

/// Answers each connection, and returns the origin.
fn start(answer: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().filter_map(Result::ok).for_each(answer));
    origin
}

/// Starts a server with a certificate that it has signed itself.
fn self_signed() -> String {
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let key = PrivatePkcs8KeyDer::from(KEY).into();
    let config = Arc::new(config.with_single_cert(vec![CertificateDer::from(CERTIFICATE)], key).unwrap());
    start(move |mut stream| {
        // The client ends it.
        let _ = ServerConnection::new(config.clone()).unwrap().complete_io(&mut stream);
    })
}

/// Starts a server that has no version of TLS in common: the alert `protocol_version` (RFC 8446 §6).
fn other_version() -> String {
    start(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(&[21, 3, 1, 0, 2, 2, 70]);
    })
}

#[tokio::test]
async fn reports_the_handshake_with_the_server_and_sends_nothing_more() {
    for (origin, why) in [
        (self_signed(), "invalid peer certificate: "),
        (other_version(), "received fatal alert: "),
        // Plain http where https is expected.
        (start(|mut stream| _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")), "received corrupt message "),
    ] {
        let examination = run(&Options::new(format!("{origin}/mcp"))).await;
        assert_eq!((rules(&examination), examination.requests), (vec!["tls-failure"], 1), "{:#?}", examination.report);
        let finding = &examination.report.findings[0];
        let begin = format!("clients refuse the connection to `{origin}`: {why}");
        assert!(finding.message.starts_with(&begin) && examination.report.has_errors(), "{}", finding.message);
        let skipped = examination.skipped.iter().find(|skipped| skipped.what == "the rest of the requests");
        assert_eq!(skipped.unwrap().why, "the TLS handshake with the server fails");
    }
}

#[tokio::test]
async fn reports_certificates_of_metadata_issuers_and_keys() {
    for fault in ["metadata untrusted", "issuer untrusted", "keys untrusted"] {
        let untrusted = self_signed();
        let examination = examined(Faults { untrusted: untrusted.clone(), ..Faults::one(fault) }).await;
        assert_eq!(rules(&examination), ["tls-failure"], "{fault}: {:#?}", examination.report.findings);
        let place = examination.report.findings[0].place.as_ref().unwrap();
        assert!(place.file.starts_with(&untrusted), "{fault}: {place:?}");
    }
}
