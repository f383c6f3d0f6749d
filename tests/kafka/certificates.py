"""Certificates made by the test: two authorities, and what they sign, as PEM files."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY: Final = timedelta(days=1)
_USAGES: Final = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]


class Authority:
    """An authority whose certificates lie in a folder.

    Attributes
    ----------
    certificate
        Its own certificate, a PEM file.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        signed = (
            _builder(self._name, self._name, self._key, timedelta())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_KEY_USAGE, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.certificate = folder / f"{name}.pem"
        self.certificate.write_bytes(signed.public_bytes(Encoding.PEM))

    def issue(
        self, name: str, *, age: timedelta = timedelta(), password: bytes | None = None
    ) -> Path:
        """Return the PEM file of a private key and its certificate, for 127.0.0.1 alone.

        Parameters
        ----------
        name
            The common name.
        age
            How long ago it was made; it lasts for two days.
        password
            What the key is encrypted with; nothing by default.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        signed = (
            _builder(_named(name), self._name, key, age)
            .add_extension(address, critical=False)
            .add_extension(x509.ExtendedKeyUsage(_USAGES), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        encryption = NoEncryption() if password is None else BestAvailableEncryption(password)
        path = self._folder / f"{name}-{signed.serial_number:x}.pem"
        path.write_bytes(
            # Kafka reads keys in PKCS 8 only.
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
            + signed.public_bytes(Encoding.PEM)
        )
        path.chmod(0o600)
        return path


_KEY_USAGE: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, age: timedelta
) -> x509.CertificateBuilder:
    made = datetime.now(UTC) - age
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made - _DAY)
        .not_valid_after(made + _DAY)
    )
