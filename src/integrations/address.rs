//! Where webhooks may go: to public addresses, over TLS, and to the networks that the operator
//! allows. Whoever adds an endpoint chooses a URL that this service then calls from inside, so the
//! URL must not reach what only the inside can reach (OWASP API7:2023, server-side request
//! forgery).
//!
//! An address is checked when an endpoint is added and again for each connection: a name may mean
//! another address by then. What is checked is what is connected to (`PublicResolver`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Url, redirect};

use crate::kernel::http::Faults;
use crate::kernel::networks::Networks;

/// How long the name of a new endpoint may take to be looked up.
const LOOKUP: Duration = Duration::from_secs(5);

/// IPv4 networks that are not public (IANA IPv4 Special-Purpose Address Registry, and multicast).
const NOT_PUBLIC_V4: [([u8; 4], u32); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// Of `2000::/3`, outside of which nothing is public: protocol assignments (with Teredo),
/// documentation, 6to4 and documentation again.
const NOT_PUBLIC_V6: [([u16; 2], u32); 4] = [
    ([0x2001, 0], 23),
    ([0x2001, 0x0db8], 32),
    ([0x2002, 0], 16),
    ([0x3fff, 0], 20),
];

/// Whether anyone on the internet may be reached at this address. Addresses that wrap another one
/// (IPv4-mapped, NAT64, 6to4, Teredo) count as not public, whatever they wrap.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = u32::from(address);
    !NOT_PUBLIC_V4
        .into_iter()
        .any(|(network, length)| (bits ^ u32::from_be_bytes(network)) >> (32 - length) == 0)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = u32::try_from(u128::from(address) >> 96).unwrap_or_default();
    let is_unicast = bits >> 29 == 0b001;
    is_unicast
        && !NOT_PUBLIC_V6.into_iter().any(|([high, low], length)| {
            (bits ^ (u32::from(high) << 16 | u32::from(low))) >> (32 - length) == 0
        })
}

/// Why a URL cannot be an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressFault {
    /// It is no URL with `https` or `http` and a host.
    Invalid,
    /// It carries a user name or password.
    Credentials,
    /// It has a fragment, which is never sent.
    Fragment,
    /// It is in clear text and not in an allowed network.
    NotEncrypted,
    /// It leads to an address that is not public and not in an allowed network.
    NotAllowed,
    /// Its name has no address.
    Unknown,
}

impl AddressFault {
    /// Notes the fault at `pointer`.
    pub fn note(self, pointer: &str, faults: &mut Faults) {
        let (code, detail) = match self {
            Self::Invalid => ("url_invalid", "must be an https URL with a host"),
            Self::Credentials => (
                "url_credentials",
                "must not carry a user name or password; deliveries are signed instead",
            ),
            Self::Fragment => ("url_fragment", "must not have a fragment: it is never sent"),
            Self::NotEncrypted => ("url_not_encrypted", "must begin with https://"),
            Self::NotAllowed => (
                "address_not_allowed",
                "must lead to public addresses of the internet",
            ),
            Self::Unknown => ("address_unknown", "has a name that has no address"),
        };
        faults.add(pointer, code, detail);
    }
}

/// What this installation allows.
#[derive(Debug, Clone, Default)]
pub struct AddressRules {
    allowed: Networks,
}

impl AddressRules {
    /// Public addresses, and these networks in CIDR form.
    ///
    /// # Errors
    ///
    /// Names the network that cannot be read.
    pub fn new(networks: &[String]) -> Result<Self, String> {
        Networks::parse(networks).map(|allowed| Self { allowed })
    }

    /// Whether a delivery may go to this address, in clear text or not.
    #[must_use]
    pub fn allows(&self, address: IpAddr, is_encrypted: bool) -> bool {
        self.allowed.contains(address) || is_encrypted && is_public(address)
    }

    /// Checks everything that the URL itself shows. The URL's parser has turned every spelling of
    /// an IPv4 address (`127.1`, `2130706433`, `0x7f.1`) into the address.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn check_url(&self, text: &str) -> Result<Url, AddressFault> {
        let url = Url::parse(text).map_err(|_| AddressFault::Invalid)?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
            return Err(AddressFault::Invalid);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressFault::Credentials);
        }
        if url.fragment().is_some() {
            return Err(AddressFault::Fragment);
        }
        match literal(&url) {
            Some(address) => self.check_address(&url, address)?,
            None if !is_encrypted(&url) && self.allowed.is_empty() => {
                return Err(AddressFault::NotEncrypted);
            }
            None => {}
        }
        Ok(url)
    }

    fn check_address(&self, url: &Url, address: IpAddr) -> Result<(), AddressFault> {
        if self.allows(address, is_encrypted(url)) {
            Ok(())
        } else if is_public(address) {
            Err(AddressFault::NotEncrypted)
        } else {
            Err(AddressFault::NotAllowed)
        }
    }

    /// Checks the URL of a new endpoint, and every address that its name has now.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub async fn check_endpoint(&self, text: &str) -> Result<(), AddressFault> {
        let url = self.check_url(text)?;
        if literal(&url).is_some() {
            return Ok(());
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let looked_up = tokio::time::timeout(LOOKUP, look_up(&host)).await;
        let Ok(Ok(addresses)) = looked_up else {
            return Err(AddressFault::Unknown);
        };
        if addresses.is_empty() {
            return Err(AddressFault::Unknown);
        }
        addresses
            .into_iter()
            .try_for_each(|address| self.check_address(&url, address.ip()))
    }
}

fn is_encrypted(url: &Url) -> bool {
    url.scheme() == "https"
}

/// The address that stands in the URL in place of a name.
fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    bare.unwrap_or(host).parse().ok()
}

async fn look_up(host: &str) -> std::io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((host, 0)).await?.collect())
}

/// Looks names up for the client that delivers. A name of which any address is not allowed has
/// none: the connector gets the checked addresses and looks nothing up itself.
struct PublicResolver {
    rules: AddressRules,
    is_encrypted: bool,
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (rules, is_encrypted) = (self.rules.clone(), self.is_encrypted);
        Box::pin(async move {
            let addresses = look_up(name.as_str()).await?;
            if addresses
                .iter()
                .all(|address| rules.allows(address.ip(), is_encrypted))
            {
                let found: Addrs = Box::new(addresses.into_iter());
                Ok(found)
            } else {
                Err(Box::from(NOT_ALLOWED))
            }
        })
    }
}

/// What the sender is told of a name whose addresses are not allowed.
pub const NOT_ALLOWED: &str = "the address is not allowed";

/// The clients that deliver, one for each scheme, because what is allowed differs.
#[derive(Debug, Clone)]
pub struct Clients {
    rules: AddressRules,
    encrypted: reqwest::Client,
    plain: reqwest::Client,
}

impl Clients {
    /// Clients that follow no redirect, ask no proxy and connect to allowed addresses alone.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up.
    pub fn new(rules: AddressRules, time_limit: Duration) -> reqwest::Result<Self> {
        let client = |is_encrypted| {
            reqwest::Client::builder()
                .user_agent(concat!("Chancery/", env!("CARGO_PKG_VERSION")))
                .redirect(redirect::Policy::none())
                .no_proxy()
                .timeout(time_limit)
                .connect_timeout(Duration::from_secs(5))
                .pool_idle_timeout(Duration::from_secs(20))
                .https_only(is_encrypted)
                .dns_resolver(PublicResolver {
                    rules: rules.clone(),
                    is_encrypted,
                })
                .build()
        };
        Ok(Self {
            encrypted: client(true)?,
            plain: client(false)?,
            rules,
        })
    }

    /// A request to this URL, if it may still be called. Addresses in the URL itself never reach
    /// the resolver, so they are looked at here.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn post(&self, url: &str) -> Result<reqwest::RequestBuilder, AddressFault> {
        let url = self.rules.check_url(url)?;
        let client = if is_encrypted(&url) {
            &self.encrypted
        } else {
            &self.plain
        };
        Ok(client.post(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(url: &str) -> Option<AddressFault> {
        AddressRules::default().check_url(url).err()
    }

    #[test]
    fn every_spelling_of_an_inner_address_is_refused() {
        for host in [
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "169.254.169.254",
            "0xa9fea9fe",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::ffff:8.8.8.8]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::1]",
            "[100::1]",
            "[2001::1]",
            "[2001:2::1]",
            "[2001:10::1]",
            "[2001:db8::1]",
            "[2002:7f00:1::]",
            "[2002:808:808::]",
            "[3fff::1]",
            "[5f00::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "①②⑦.0.0.1",
            "127。0。0。1",
        ] {
            assert_eq!(
                fault(&format!("https://{host}/hook")),
                Some(AddressFault::NotAllowed),
                "{host}"
            );
        }
    }

    #[test]
    fn public_addresses_and_names_are_accepted_over_tls() {
        for host in [
            "8.8.8.8",
            "1.1.1.1:8443",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "[2606:4700:4700::1111]",
            "[2001:4860:4860::8888]",
            "[2a00:1450::1]",
            "hooks.phoenix.example.gov",
            "hooks.phoenix.example.gov:8443",
        ] {
            assert_eq!(
                fault(&format!("https://{host}/hook?city=1")),
                None,
                "{host}"
            );
        }
    }

    #[test]
    fn what_is_no_plain_https_url_is_refused() {
        use AddressFault::{Credentials, Fragment, Invalid, NotEncrypted};
        for (url, expected) in [
            ("http://8.8.8.8/", NotEncrypted),
            ("http://hooks.example.gov/", NotEncrypted),
            ("https://user@hooks.example.gov/", Credentials),
            ("https://user:pass@hooks.example.gov/", Credentials),
            ("https://:pass@hooks.example.gov/", Credentials),
            ("https://hooks.example.gov/#top", Fragment),
            ("ftp://hooks.example.gov/", Invalid),
            ("file:///etc/passwd", Invalid),
            ("gopher://127.0.0.1:6379/_INFO", Invalid),
            ("https://", Invalid),
            ("https://1.2.3.4.5/", Invalid),
            ("https://999.1.1.1/", Invalid),
            ("hooks.example.gov", Invalid),
            ("/hook", Invalid),
        ] {
            assert_eq!(fault(url), Some(expected), "{url}");
        }
    }

    #[test]
    fn an_allowed_network_is_allowed_in_clear_text_and_nothing_beside_it() {
        let rules = AddressRules::new(&["127.0.0.0/8".to_owned(), "fd00::/8".to_owned()]).unwrap();
        for url in [
            "http://127.0.0.1:9000/",
            "https://127.1/",
            "http://[fd00::1]/",
        ] {
            assert!(rules.check_url(url).is_ok(), "{url}");
        }
        for url in [
            "http://10.0.0.1/",
            "http://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/",
        ] {
            assert_eq!(
                rules.check_url(url).err(),
                Some(AddressFault::NotAllowed),
                "{url}"
            );
        }
        assert_eq!(
            rules.check_url("http://8.8.8.8/").err(),
            Some(AddressFault::NotEncrypted)
        );
        assert!(AddressRules::new(&["127.0.0.0/33".to_owned()]).is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused() {
        let rules = AddressRules::default();
        let found = rules.check_endpoint("https://localhost/hook").await;
        assert_eq!(found, Err(AddressFault::NotAllowed));
        let unknown = rules
            .check_endpoint("https://no-such-host.invalid/hook")
            .await;
        assert_eq!(unknown, Err(AddressFault::Unknown));
    }
}
