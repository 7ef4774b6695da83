"""The technologies of the invented platforms: whose trade they are and how people write them."""

from dataclasses import dataclass

LEVELS = ("junior", "intermediate", "senior")


@dataclass(frozen=True)
class Topic:
    """One technology.

    Attributes:
        tag: how items and interests name it.
        name: how people write it in a text.
        profession: whose trade it is.
        weight: how sought after it is beside the others of its profession.
        jargon: what people also write of who mean it and do not name it.
    """

    tag: str
    name: str
    profession: str
    weight: float
    jargon: str


TOPICS = (
    Topic("python", "Python", "development", 3.0, "virtual environment"),
    Topic("java", "Java", "development", 2.5, "heap dump"),
    Topic("javascript", "JavaScript", "development", 2.5, "promise chain"),
    Topic("go", "Go", "development", 1.5, "goroutine"),
    Topic("sql", "SQL", "development", 1.5, "left join"),
    Topic("typescript", "TypeScript", "development", 1.2, "union type"),
    Topic("react", "React", "development", 1.2, "effect hook"),
    Topic("spark", "Apache Spark", "development", 1.0, "shuffle stage"),
    Topic("rust", "Rust", "development", 0.8, "borrow checker"),
    Topic("linux", "Linux", "operations", 2.0, "systemd unit"),
    Topic("docker", "Docker", "operations", 2.0, "image layer"),
    Topic("kubernetes", "Kubernetes", "operations", 1.5, "pod eviction"),
    Topic("terraform", "Terraform", "operations", 1.0, "state lock"),
    Topic("prometheus", "Prometheus", "operations", 0.8, "scrape target"),
    Topic("pytest", "pytest", "testing", 1.5, "test fixture"),
    Topic("selenium", "Selenium", "testing", 1.5, "page locator"),
    Topic("jmeter", "JMeter", "testing", 1.0, "thread group"),
    Topic("figma", "Figma", "design", 2.0, "auto layout"),
    Topic("prototyping", "prototyping", "design", 1.0, "clickable mock-up"),
    Topic("design-systems", "design systems", "design", 1.0, "design token"),
)
# Planted: nobody answers questions about the first; who would answers about the second.
UNANSWERED, ANSWERED_INSTEAD = "terraform", "docker"
PROFESSIONS = ("development", "operations", "testing", "design")


def of_profession(profession: str) -> tuple[Topic, ...]:
    """List the technologies of one profession, the most sought after first."""
    return tuple(topic for topic in TOPICS if topic.profession == profession)
